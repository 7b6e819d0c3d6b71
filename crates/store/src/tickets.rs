//! Tickets, their messages and requests.

use sqlx::FromRow;
use words::{
    AccountId, Channel, ContactPointId, FieldId, MessageId, MessageKind, Queue, RequestId,
    RequestKind, RequestState, StaffId, TicketId, TicketKind, TicketState, Time,
};

use crate::{
    db::{Change, Conn, StoreError, Tx, one},
    search::fold,
};

/// The unit of work.
#[derive(FromRow, Clone, Debug)]
pub struct TicketRow {
    /// Its id.
    pub id: TicketId,
    /// The number that people call it by.
    pub number: i64,
    /// The account it is about, if any.
    pub account_id: Option<AccountId>,
    /// What began it.
    pub kind: TicketKind,
    /// How the requester came.
    pub channel: Channel,
    /// What it is about, in a line.
    pub subject: String,
    /// Whose pile it lies on.
    pub queue: Queue,
    /// Where it stands.
    pub state: TicketState,
    /// Who works on it.
    pub assignee: Option<StaffId>,
    /// Who opened it, if a rep did.
    pub opened_by: Option<StaffId>,
    /// The reason given when it was escalated.
    pub escalated: Option<String>,
    /// When it was opened.
    pub opened_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// When the call ended.
    pub ended_at: Option<Time>,
    /// When it was closed.
    pub closed_at: Option<Time>,
}

/// A ticket as a line of the list.
#[derive(FromRow, Clone, Debug)]
pub struct ListRow {
    /// The number that people call it by.
    pub number: i64,
    /// What began it.
    pub kind: TicketKind,
    /// How the requester came.
    pub channel: Channel,
    /// What it is about.
    pub subject: String,
    /// Whose pile it lies on.
    pub queue: Queue,
    /// Where it stands.
    pub state: TicketState,
    /// Who works on it.
    pub assignee: Option<StaffId>,
    /// That person's name.
    pub assignee_name: Option<String>,
    /// The account's shown name.
    pub display_name: Option<String>,
    /// When it last changed.
    pub updated_at: Time,
    /// When the call ended.
    pub ended_at: Option<Time>,
}

/// One thing said or written in a ticket.
#[derive(FromRow, Clone, Debug)]
pub struct MessageRow {
    /// Its id.
    pub id: MessageId,
    /// In which ticket.
    pub ticket_id: TicketId,
    /// Who speaks.
    pub kind: MessageKind,
    /// The rep, if one.
    pub staff_id: Option<StaffId>,
    /// The words.
    pub body: String,
    /// When.
    pub at: Time,
}

/// A typed thing asked for in a ticket.
#[derive(FromRow, Clone, Debug)]
pub struct RequestRow {
    /// Its id.
    pub id: RequestId,
    /// In which ticket.
    pub ticket_id: TicketId,
    /// About which account.
    pub account_id: AccountId,
    /// What is asked.
    pub kind: RequestKind,
    /// Which field, if one.
    pub field_id: Option<FieldId>,
    /// What it is called, such as `invoice 10442`.
    pub label: String,
    /// Where it stands.
    pub state: RequestState,
    /// The rule that decided last.
    pub rule: String,
    /// What the rep can say meanwhile.
    pub words: String,
    /// Where it goes or who was asked.
    pub contact_point_id: Option<ContactPointId>,
    /// Who made it.
    pub staff_id: Option<StaffId>,
    /// When.
    pub at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Until when the owner can answer.
    pub expires_at: Option<Time>,
    /// What it is about, as JSON of the desk's own words.
    pub detail: String,
    /// When the letter of a delivery was first handed to the mail server, unless it surely came back.
    /// Kept by [`Tx::letter_left`] and [`Tx::letter_came_back`].
    pub left_at: Option<Time>,
}

/// Which tickets a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Open ones assigned to this member of staff.
    Mine(StaffId),
    /// Open ones that nobody works on.
    Unassigned,
    /// All open ones.
    Open,
    /// Open flags of the watch.
    Flags,
    /// The lead's queue.
    Lead,
    /// The safety queue.
    Safety,
    /// Closed ones.
    Closed,
}

/// The columns of a [`ListRow`], and where they come from.
macro_rules! lines {
    () => {
        "select tickets.number, tickets.kind, tickets.channel, tickets.subject, tickets.queue, tickets.state,
            tickets.assignee, staff.name as assignee_name, accounts.display_name, tickets.updated_at, tickets.ended_at
         from tickets left join staff on staff.id = tickets.assignee
         left join accounts on accounts.id = tickets.account_id "
    };
}
pub(crate) use lines;

macro_rules! listing {
    ($tail:literal) => {
        concat!(
            lines!(),
            "where ",
            $tail,
            " and ($2 or tickets.queue = 'support' or tickets.assignee = $1) and tickets.updated_at < $3
             order by tickets.updated_at desc limit $4"
        )
    };
}

impl Tx {
    /// Adds a ticket.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_ticket(&mut self, row: &TicketRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into tickets (id, number, account_id, kind, channel, subject, queue, state, assignee, opened_by, escalated, opened_at, updated_at, folded, closed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
            .bind(row.id).bind(row.number).bind(row.account_id).bind(row.kind).bind(row.channel).bind(&row.subject)
            .bind(row.queue).bind(row.state).bind(row.assignee).bind(row.opened_by).bind(&row.escalated)
            .bind(row.opened_at).bind(row.updated_at).bind(fold(&row.subject)).bind(row.closed_at).execute(c).await.map(drop)?);
        self.changed(Change::List);
        self.changed(Change::Ticket(row.number));
        Ok(())
    }

    /// A ticket by number.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ticket(&mut self, number: i64) -> Result<Option<TicketRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from tickets where number = $1").bind(number).fetch_optional(c).await?),
        )
    }

    /// A ticket by id.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ticket_by_id(&mut self, id: TicketId) -> Result<Option<TicketRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from tickets where id = $1").bind(id).fetch_optional(c).await?),
        )
    }

    /// Makes whoever else is about to change this ticket wait until this transaction ends; see
    /// [`Tx::queue_for_account`], which comes first where both are needed.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn queue_for_ticket(&mut self, number: i64) -> Result<(), StoreError> {
        if let Conn::Postgres(tx) = &mut self.conn {
            sqlx::query("select 1 from tickets where number = $1 for no key update")
                .bind(number)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// Writes back what can change of a ticket.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such ticket.
    pub async fn change_ticket(&mut self, row: &TicketRow) -> Result<(), StoreError> {
        self.changed(Change::List);
        self.changed(Change::Ticket(row.number));
        one(on!(self, c => sqlx::query(
            "update tickets set account_id = $2, subject = $3, queue = $4, state = $5, assignee = $6, escalated = $7,
                updated_at = $8, ended_at = $9, closed_at = $10, folded = $11 where id = $1")
            .bind(row.id).bind(row.account_id).bind(&row.subject).bind(row.queue).bind(row.state).bind(row.assignee)
            .bind(&row.escalated).bind(row.updated_at).bind(row.ended_at).bind(row.closed_at).bind(fold(&row.subject))
            .execute(c).await?.rows_affected()))
    }

    /// Tickets of a list, the last changed first, from before `before`. Someone who does not see
    /// all queues (`all`) sees the support queue and what is assigned to them.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn list(
        &mut self,
        filter: Filter,
        me: StaffId,
        all: bool,
        before: Time,
        limit: i64,
    ) -> Result<Vec<ListRow>, StoreError> {
        let (sql, who) = match filter {
            Filter::Mine(of) => (
                listing!("tickets.state <> 'closed' and tickets.assignee = $1"),
                of,
            ),
            Filter::Unassigned => (
                listing!("tickets.state <> 'closed' and tickets.assignee is null"),
                me,
            ),
            Filter::Open => (listing!("tickets.state <> 'closed'"), me),
            Filter::Flags => (
                listing!("tickets.state <> 'closed' and tickets.kind = 'flag'"),
                me,
            ),
            Filter::Lead => (
                listing!("tickets.state <> 'closed' and tickets.queue = 'lead'"),
                me,
            ),
            Filter::Safety => (
                listing!("tickets.state <> 'closed' and tickets.queue = 'safety'"),
                me,
            ),
            Filter::Closed => (listing!("tickets.state = 'closed'"), me),
        };
        Ok(
            on!(self, c => sqlx::query_as(sql).bind(who).bind(all).bind(before).bind(limit).fetch_all(c).await?),
        )
    }

    /// How many open tickets are mine, flags, escalated, and in the safety queue.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ticket_counts(
        &mut self,
        me: StaffId,
        all: bool,
    ) -> Result<(i64, i64, i64, i64), StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select (select count(*) from tickets where state <> 'closed' and assignee = $1),
                    (select count(*) from tickets where state <> 'closed' and kind = 'flag'
                        and ($2 or queue = 'support' or assignee = $1)),
                    (select count(*) from tickets where state <> 'closed' and queue = 'lead'),
                    (select count(*) from tickets where state <> 'closed' and queue = 'safety')")
            .bind(me).bind(all).fetch_one(c).await?))
    }

    /// A ticket as a line of the list.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn line(&mut self, number: i64) -> Result<Option<ListRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as(concat!(lines!(), "where tickets.number = $1"))
            .bind(number).fetch_optional(c).await?),
        )
    }

    /// The newest tickets about an account but one.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn tickets_of(
        &mut self,
        account: AccountId,
        but: TicketId,
        limit: i64,
    ) -> Result<Vec<TicketRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from tickets where account_id = $1 and id <> $2 order by opened_at desc limit $3")
            .bind(account).bind(but).bind(limit).fetch_all(c).await?))
    }

    /// The open flag of an account, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn open_flag(&mut self, account: AccountId) -> Result<Option<TicketRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from tickets where account_id = $1 and kind = 'flag' and state <> 'closed' order by opened_at desc limit 1")
            .bind(account).fetch_optional(c).await?))
    }

    /// The open safety ticket of an account, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn open_safety(
        &mut self,
        account: AccountId,
    ) -> Result<Option<TicketRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from tickets where account_id = $1 and kind = 'safety' and state <> 'closed' order by opened_at desc limit 1")
            .bind(account).fetch_optional(c).await?))
    }

    /// The newest safety ticket of an account, open or closed.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn newest_safety(
        &mut self,
        account: AccountId,
    ) -> Result<Option<TicketRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from tickets where account_id = $1 and kind = 'safety' order by opened_at desc limit 1")
            .bind(account).fetch_optional(c).await?))
    }

    /// Adds a message.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_message(&mut self, row: &MessageRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("insert into messages (id, ticket_id, kind, staff_id, body, at) values ($1, $2, $3, $4, $5, $6)")
            .bind(row.id).bind(row.ticket_id).bind(row.kind).bind(row.staff_id).bind(&row.body).bind(row.at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// The messages of a ticket, oldest first; the newest `limit` of them.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn messages(
        &mut self,
        ticket: TicketId,
        limit: i64,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let mut rows: Vec<MessageRow> = on!(self, c => sqlx::query_as(
            "select * from messages where ticket_id = $1 order by at desc, id desc limit $2")
            .bind(ticket).bind(limit).fetch_all(c).await?);
        rows.reverse();
        Ok(rows)
    }

    /// Adds a request.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_request(&mut self, row: &RequestRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into requests (id, ticket_id, account_id, kind, field_id, label, state, rule, words, contact_point_id, staff_id, at, updated_at, expires_at, detail)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
            .bind(row.id).bind(row.ticket_id).bind(row.account_id).bind(row.kind).bind(row.field_id).bind(&row.label)
            .bind(row.state).bind(&row.rule).bind(&row.words).bind(row.contact_point_id).bind(row.staff_id).bind(row.at)
            .bind(row.updated_at).bind(row.expires_at).bind(&row.detail).execute(c).await.map(drop)?);
        Ok(())
    }

    /// A request by id.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn request(&mut self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from requests where id = $1").bind(id).fetch_optional(c).await?),
        )
    }

    /// The requests of a ticket, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn requests(&mut self, ticket: TicketId) -> Result<Vec<RequestRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from requests where ticket_id = $1 order by at, id")
            .bind(ticket).fetch_all(c).await?),
        )
    }

    /// Moves a request from one state to the next.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it is not in the state `from`.
    pub async fn move_request(
        &mut self,
        id: RequestId,
        from: RequestState,
        to: RequestState,
        now: Time,
    ) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update requests set state = $3, updated_at = $4 where id = $1 and state = $2")
            .bind(id).bind(from).bind(to).bind(now).execute(c).await?.rows_affected()),
        )
    }

    /// Says where a request goes.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such request.
    pub async fn aim_request(
        &mut self,
        id: RequestId,
        point: ContactPointId,
    ) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update requests set contact_point_id = $2 where id = $1")
            .bind(id).bind(point).execute(c).await?.rows_affected()),
        )
    }

    /// Says until when a request can go on.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such request.
    pub async fn extend_request(&mut self, id: RequestId, until: Time) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update requests set expires_at = $2 where id = $1")
            .bind(id).bind(until).execute(c).await?.rows_affected()),
        )
    }

    /// Changes the rule behind a request and what a rep can say about it.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such request.
    pub async fn reword_request(
        &mut self,
        id: RequestId,
        rule: &str,
        words: &str,
    ) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update requests set rule = $2, words = $3 where id = $1")
            .bind(id).bind(rule).bind(words).execute(c).await?.rows_affected()),
        )
    }

    /// Requests that still wait for the owner, or to be used, although their time is over.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn overdue_requests(
        &mut self,
        now: Time,
        limit: i64,
    ) -> Result<Vec<RequestRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from requests where state in ('waiting', 'ready') and expires_at <= $1 order by expires_at limit $2")
            .bind(now).bind(limit).fetch_all(c).await?))
    }

    /// When the time of the next request that waits for the owner, or to be used, is over.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn next_overdue(&mut self) -> Result<Option<Time>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select min(expires_at) from requests where state in ('waiting', 'ready')")
            .fetch_one(c).await?),
        )
    }

    /// Whether the account's owner is already being asked for such a thing.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn waiting_request(
        &mut self,
        account: AccountId,
        kind: RequestKind,
    ) -> Result<Option<RequestRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from requests where account_id = $1 and kind = $2 and state = 'waiting' limit 1")
            .bind(account).bind(kind).fetch_optional(c).await?))
    }

    /// The requests about an account that wait for its owner, in any ticket.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn waiting_requests(
        &mut self,
        account: AccountId,
    ) -> Result<Vec<RequestRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from requests where account_id = $1 and state = 'waiting' order by at, id")
            .bind(account).fetch_all(c).await?),
        )
    }

    /// The newest requests about an account, in any ticket.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn requests_of(
        &mut self,
        account: AccountId,
        limit: i64,
    ) -> Result<Vec<RequestRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from requests where account_id = $1 order by at desc limit $2")
            .bind(account).bind(limit).fetch_all(c).await?),
        )
    }

    /// Notes that the letter of a delivery is handed over now. True if no earlier letter of it may
    /// have arrived.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn letter_left(&mut self, id: RequestId, now: Time) -> Result<bool, StoreError> {
        let rows = on!(self, c => sqlx::query(
            "update requests set left_at = $2 where id = $1 and left_at is null")
            .bind(id).bind(now).execute(c).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Notes that the only letter of a delivery that was handed over was refused: nothing arrived.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn letter_came_back(&mut self, id: RequestId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update requests set left_at = null where id = $1")
            .bind(id).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Notes that a rep has an account open in a ticket. True if this is a new reading: none in
    /// this ticket since `since`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn read_since(
        &mut self,
        staff: StaffId,
        account: AccountId,
        ticket: TicketId,
        since: Time,
    ) -> Result<bool, StoreError> {
        let at: Option<Time> = on!(self, c => sqlx::query_scalar(
            "select at from readings where staff_id = $1 and account_id = $2 and ticket_id = $3")
            .bind(staff).bind(account).bind(ticket).fetch_optional(c).await?);
        Ok(at.is_none_or(|at| at < since))
    }

    /// Notes a reading.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn note_reading(
        &mut self,
        staff: StaffId,
        account: AccountId,
        ticket: TicketId,
        now: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into readings (staff_id, account_id, ticket_id, at) values ($1, $2, $3, $4)
             on conflict (staff_id, account_id, ticket_id) do update set at = excluded.at")
            .bind(staff).bind(account).bind(ticket).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }
}
