-- Proofs, second people, planned changes and what else the whole gate needs.

alter table accounts add column important boolean not null default false;
-- A decoy: nobody's account, made to be noticed when somebody asks for it.
alter table accounts add column decoy boolean not null default false;
-- Where the count of attempts began anew: the owner's last lifting of a hold.
alter table accounts add column attempts_from bigint not null default 0;

alter table contact_points add column repudiated_at bigint;
-- The change by which it comes, and that by which it goes once the other is in effect.
alter table contact_points add column comes_by blob;
alter table contact_points add column leaves_by blob;
create index contact_points_coming on contact_points (comes_by) where comes_by is not null;
create index contact_points_leaving on contact_points (leaves_by) where leaves_by is not null;

-- Whether a receipt's code is long enough to be a proof (64 bits or more).
alter table fields add column proves boolean not null default false;

-- What a request is about, as JSON of the desk's own words.
alter table requests add column detail text not null default '{}';

-- An 8-digit code beside the link, hashed; how often it was tried; until when it works.
alter table challenges add column code blob;
alter table challenges add column tries bigint not null default 0;
alter table challenges add column code_until bigint;

-- What was proven: for one account, ticket and request, once. `source` is the digest of what it
-- rests on (a receipt, an assertion, a saved code), so that none serves twice.
create table proofs (
    id               blob primary key,
    kind             text not null,
    account_id       blob not null references accounts (id),
    ticket_id        blob not null references tickets (id),
    request_id       blob not null references requests (id),
    contact_point_id blob references contact_points (id),
    challenge_id     blob references challenges (id),
    source           blob unique,
    given_at         bigint not null,
    expires_at       bigint not null,
    used_at          bigint
);
create index proofs_by_request on proofs (request_id);

-- A second person's leave for a request.
create table approvals (
    id         blob primary key,
    request_id blob not null references requests (id),
    staff_id   blob not null references staff (id),
    role       text not null,
    at         bigint not null,
    unique (request_id, staff_id)
);

-- A change that the owner confirmed and that waits out its cooling-off time.
create table plans (
    id               blob primary key,
    kind             text not null,
    account_id       blob not null references accounts (id),
    ticket_id        blob not null references tickets (id),
    request_id       blob not null references requests (id),
    contact_point_id blob references contact_points (id),
    field_id         blob references fields (id),
    value            blob,
    made_at          bigint not null,
    -- When the first letter about it left.
    told_at          bigint,
    -- When the last letter before an erasure was queued.
    last_letter_at   bigint,
    effective_at     bigint not null,
    cancelled_at     bigint,
    done_at          bigint
);
create index plans_by_account on plans (account_id);
create index plans_by_due on plans (done_at, cancelled_at, effective_at);

-- Saved recovery codes: keyed hashes, each good once.
create table saved_codes (
    id           blob primary key,
    account_id   blob not null references accounts (id),
    code         blob not null unique,
    made_at      bigint not null,
    effective_at bigint not null,
    used_at      bigint
);
create index saved_codes_by_account on saved_codes (account_id);

-- The pages on which requesters whose account nobody can be reached by show a receipt. `token` is
-- the keyed hash of what they type to get there; it names nothing of the account.
create table recoveries (
    id         blob primary key,
    token      blob not null unique,
    account_id blob not null references accounts (id),
    ticket_id  blob not null references tickets (id),
    request_id blob not null references requests (id),
    created_at bigint not null,
    expires_at bigint not null,
    -- When a receipt was taken; from then on the page only shows where it stands.
    given_at   bigint
);
create index recoveries_by_request on recoveries (request_id);

-- Marks of receipts that served as a proof, in whatever form: each counts once.
create table spent_receipts (
    mark blob primary key,
    at   bigint not null
);

-- Codes by text message, hashed; one for a request.
create table text_codes (
    request_id       blob primary key references requests (id),
    account_id       blob not null references accounts (id),
    contact_point_id blob not null references contact_points (id),
    code             blob not null,
    sent_at          bigint not null,
    until_at         bigint not null,
    tries            bigint not null default 0,
    used_at          bigint
);

-- Values shown to a rep.
create table reveals (
    id         blob primary key,
    request_id blob not null references requests (id),
    account_id blob not null references accounts (id),
    ticket_id  blob not null references tickets (id),
    -- No reference: the company may stop sending the field.
    field_id   blob not null,
    staff_id   blob not null references staff (id),
    at         bigint not null
);
create index reveals_by_staff on reveals (staff_id, at);
create index reveals_by_account on reveals (account_id, at);
create index reveals_by_ticket on reveals (ticket_id);

-- What leads and auditors must look at.
create table alarms (
    id         blob primary key,
    kind       text not null,
    account_id blob references accounts (id),
    ticket_id  blob references tickets (id),
    staff_id   blob references staff (id),
    at         bigint not null,
    seen_at    bigint,
    seen_by    blob references staff (id)
);
create index alarms_by_time on alarms (seen_at, at);
create index alarms_by_account on alarms (account_id);

-- The sets of policies that were loaded; the newest is in force.
create table policies (
    version  bigint primary key,
    text     text not null,
    staff_id blob references staff (id),
    at       bigint not null
);
