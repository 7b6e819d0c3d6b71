-- The whole of the desk's memory. Times are microseconds since 1970 in UTC.

create table meta (
    key   text primary key,
    value text not null
);

create table counters (
    name  text primary key,
    value bigint not null
);
insert into counters (name, value) values ('ticket', 1000);

create table accounts (
    id             blob primary key,
    external_id    text not null unique,
    display_name   text not null,
    customer_since bigint,
    data_key       blob not null,
    fingerprint    blob not null,
    hold           text not null default 'none',
    attempts       bigint not null default 0,
    created_at     bigint not null,
    updated_at     bigint not null
);

create table fields (
    id         blob primary key,
    account_id blob not null references accounts (id),
    name       text not null,
    item       text not null,
    class      text not null,
    kind       text not null,
    shown      text,
    sealed     blob,
    digest     blob not null,
    updated_at bigint not null,
    unique (account_id, name, item)
);

-- How an account is found: keyed hashes of what a caller may say.
create table lookups (
    kind       text not null,
    blind      blob not null,
    account_id blob not null references accounts (id),
    primary key (kind, blind, account_id)
) without rowid;
create index lookups_by_account on lookups (account_id);

create table contact_points (
    id            blob primary key,
    account_id    blob not null references accounts (id),
    kind          text not null,
    sealed        blob not null,
    blind         blob not null,
    registered_at bigint not null,
    confirmed_at  bigint,
    effective_at  bigint not null,
    removed_at    bigint,
    unique (account_id, kind, blind)
);

create table staff (
    id         blob primary key,
    login      text not null unique,
    name       text not null,
    role       text not null,
    password   text,
    totp       blob,
    totp_step  bigint not null default 0,
    token      boolean not null default false,
    created_at bigint not null,
    ended_at   bigint
);

-- Login, password (hashed) and TOTP secret (sealed) wait here for the first code. With staff_id it is
-- somebody who enrols anew. `outcome` says how it ended, once `used_at` says when.
create table invitations (
    id         blob primary key,
    token      blob not null unique,
    name       text not null,
    role       text not null,
    staff_id   blob references staff (id),
    login      text,
    password   text,
    totp       blob,
    set_up     boolean not null default false,
    created_by blob references staff (id),
    created_at bigint not null,
    expires_at bigint not null,
    used_at    bigint,
    outcome    text
);
create index invitations_by_staff on invitations (staff_id);

create table sessions (
    id         blob primary key,
    token      blob not null unique,
    staff_id   blob not null references staff (id),
    agent      text not null,
    full_at    bigint,
    created_at bigint not null,
    seen_at    bigint not null,
    expires_at bigint not null,
    ended_at   bigint,
    totp       blob,
    totp_at    bigint
);
create index sessions_by_staff on sessions (staff_id);
create index sessions_by_totp on sessions (totp_at) where totp_at is not null;

-- Where somebody signed in before: an allowance of its own at the next sign-in, and nothing else.
create table browsers (
    token      blob not null,
    staff_id   blob not null references staff (id),
    seen_at    bigint not null,
    expires_at bigint not null,
    primary key (token, staff_id)
) without rowid;
create index browsers_by_staff on browsers (staff_id);

create table tokens (
    id         blob primary key,
    token      blob not null unique,
    staff_id   blob not null references staff (id),
    name       text not null,
    scopes     text not null,
    created_by blob references staff (id),
    created_at bigint not null,
    expires_at bigint not null,
    used_at    bigint,
    revoked_at bigint
);

-- Generic cell rate: `tat` is the time up to which the allowance is used up.
create table limits (
    key blob primary key,
    tat bigint not null
);

-- `folded` is the subject as it is searched: the same for "Ö" and "ö" on every engine.
create table tickets (
    id         blob primary key,
    number     bigint not null unique,
    account_id blob references accounts (id),
    kind       text not null,
    channel    text not null,
    subject    text not null,
    folded     text not null,
    queue      text not null,
    state      text not null,
    assignee   blob references staff (id),
    opened_by  blob references staff (id),
    escalated  text,
    opened_at  bigint not null,
    updated_at bigint not null,
    ended_at   bigint,
    closed_at  bigint
);
create index tickets_by_account on tickets (account_id, opened_at);
-- One for each list; they end in `state` so that SQLite can count from the index alone.
create index tickets_closed on tickets (updated_at) where state = 'closed';
create index tickets_open on tickets (updated_at) where state <> 'closed';
create index tickets_open_by_assignee on tickets (assignee, updated_at, state) where state <> 'closed';
create index tickets_open_by_queue on tickets (queue, updated_at, state) where state <> 'closed';
create index tickets_open_by_kind on tickets (kind, updated_at, queue, assignee, state) where state <> 'closed';

create table messages (
    id        blob primary key,
    ticket_id blob not null references tickets (id),
    kind      text not null,
    staff_id  blob references staff (id),
    body      text not null,
    at        bigint not null
);
create index messages_by_ticket on messages (ticket_id, at);

create table requests (
    id               blob primary key,
    ticket_id        blob not null references tickets (id),
    account_id       blob not null references accounts (id),
    kind             text not null,
    field_id         blob references fields (id),
    label            text not null,
    state            text not null,
    rule             text not null,
    words            text not null,
    contact_point_id blob references contact_points (id),
    staff_id         blob references staff (id),
    at               bigint not null,
    updated_at       bigint not null,
    expires_at       bigint,
    -- when the letter of a delivery was first handed over, unless it surely came back
    left_at          bigint
);
create index requests_by_ticket on requests (ticket_id, at);
create index requests_by_account on requests (account_id, at);
create index requests_by_field on requests (field_id);
create index requests_by_expiry on requests (state, expires_at);

create table challenges (
    id               blob primary key,
    token            blob not null unique,
    kind             text not null,
    account_id       blob not null references accounts (id),
    ticket_id        blob not null references tickets (id),
    request_id       blob references requests (id),
    contact_point_id blob not null references contact_points (id),
    detail           text not null,
    created_at       bigint not null,
    expires_at       bigint not null,
    answered_at      bigint,
    answer           text
);
create index challenges_by_ticket on challenges (ticket_id);
create index challenges_by_request on challenges (request_id);

-- Contacts that the owner is yet to hear of.
create table notices (
    id         blob primary key,
    account_id blob not null references accounts (id),
    ticket_id  blob not null references tickets (id),
    channel    text not null,
    began_at   bigint not null,
    due_at     bigint not null,
    told_at    bigint
);
create unique index notices_untold on notices (ticket_id) where told_at is null;
create index notices_by_due on notices (told_at, due_at);
create index notices_by_account on notices (account_id, told_at);

create table holds (
    id         blob primary key,
    account_id blob not null references accounts (id),
    level      text not null,
    reason     text not null,
    ticket_id  blob references tickets (id),
    at         bigint not null,
    locked     boolean not null default false,
    lifted_at  bigint
);
create index holds_by_account on holds (account_id);

create table attempts (
    id         blob primary key,
    account_id blob not null references accounts (id),
    ticket_id  blob references tickets (id),
    kind       text not null,
    at         bigint not null
);
create index attempts_by_account on attempts (account_id, at);

-- Which rep has which account open, so that a page that refreshes itself is one reading.
create table readings (
    staff_id   blob not null references staff (id),
    account_id blob not null references accounts (id),
    ticket_id  blob not null,
    at         bigint not null,
    primary key (staff_id, account_id, ticket_id)
);

create table jobs (
    id           blob primary key,
    kind         text not null,
    payload      text not null,
    state        text not null,
    run_at       bigint not null,
    tries        bigint not null,
    last_error   text,
    locked_until bigint,
    ticket_id    blob references tickets (id),
    created_at   bigint not null,
    done_at      bigint
);
create index jobs_by_due on jobs (state, run_at);
create index jobs_by_ticket on jobs (ticket_id);

create table watched (
    account_id blob primary key references accounts (id),
    history    text not null
);

-- What the watch found, each in the flag that it opened or joined. `place` keeps the order of those
-- that one event led to.
create table signals (
    ticket_id blob not null references tickets (id),
    at        bigint not null,
    place     bigint not null,
    signal    text not null
);
create index signals_by_ticket on signals (ticket_id, at, place);

create table login_events (
    id         blob primary key,
    account_id blob not null references accounts (id),
    at         bigint not null,
    outcome    text not null,
    country    text
);
create index login_events_by_account on login_events (account_id, at);

create table ledger_head (
    one      bigint primary key check (one = 1),
    size     bigint not null,
    frontier blob not null
);

-- `nth` is 1 for the first entry about an account, 2 for the second, and so on.
create table ledger (
    idx        bigint primary key,
    at         bigint not null,
    account_id blob,
    nth        bigint,
    body       text not null,
    leaf       blob not null,
    root       blob not null
);
create unique index ledger_by_account on ledger (account_id, nth);

-- The roots of the ledger's perfect subtrees of 256, 65,536, … entries, for short proofs.
create table ledger_nodes (
    height bigint not null,
    idx    bigint not null,
    hash   blob not null,
    primary key (height, idx)
) without rowid;

create table checkpoints (
    size bigint primary key,
    note text not null,
    at   bigint not null
);
