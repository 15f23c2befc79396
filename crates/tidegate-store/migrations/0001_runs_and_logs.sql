-- Runs, what they are runs of, who owns them, which results are cached, and logs.
--
-- Times are microseconds since 1970 in UTC, ids are the 16 bytes of a UUID. Absent things are NULL, and so are empty
-- lists and maps. Each `checksum` covers the other columns of its row, so that a damaged value is noticed when it is read.

CREATE TABLE definitions (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)), -- 0 flow, 1 task
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    content TEXT NOT NULL, -- the whole definition, as JSON
    checksum INTEGER NOT NULL,
    UNIQUE (name, kind, key, content)
) STRICT;

-- Who owns runs. A lease that has ended is gone, and its number is never used again.
CREATE TABLE leases (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    definition INTEGER NOT NULL REFERENCES definitions (id),
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)), -- that of its definition
    flow_run_id BLOB CHECK (length(flow_run_id) = 16),
    task_run_id BLOB CHECK (length(task_run_id) = 16),
    call_key BLOB CHECK (length(call_key) = 16),
    place BLOB, -- where its call stands among those of its flow run, which its graph is made from
    root_flow_run_id BLOB CHECK (length(root_flow_run_id) = 16),
    deployment_id BLOB CHECK (length(deployment_id) = 16),
    infrastructure_pid TEXT,
    tags TEXT, -- a JSON array
    parameters TEXT, -- a JSON object
    policy TEXT, -- a JSON object
    created INTEGER NOT NULL,
    name TEXT NOT NULL,
    lease INTEGER, -- the number of the lease it was last written under
    -- 0 SCHEDULED, 1 PENDING, 2 RUNNING, 3 COMPLETED, 4 FAILED, 5 CANCELLED, 6 CRASHED, 7 PAUSED, 8 CANCELLING
    state_type INTEGER CHECK (state_type BETWEEN 0 AND 8),
    state_name TEXT,
    state_timestamp INTEGER,
    -- Every state, oldest first: [[type, microseconds since the one before or since `created`, {what else there is}?], ...]
    states TEXT,
    run_count INTEGER NOT NULL CHECK (run_count >= 0),
    flow_run_run_count INTEGER NOT NULL CHECK (flow_run_run_count >= 0),
    total_run_time INTEGER NOT NULL CHECK (total_run_time >= 0),
    expected_start_time INTEGER,
    start_time INTEGER,
    end_time INTEGER,
    next_scheduled_start_time INTEGER,
    checksum INTEGER NOT NULL,
    CHECK ((state_type IS NULL) = (state_name IS NULL) AND (state_type IS NULL) = (states IS NULL)),
    CHECK ((state_type IS NULL) = (state_timestamp IS NULL)),
    CONSTRAINT end_time_is_set_if_and_only_if_the_run_has_ended
        CHECK ((end_time IS NOT NULL) = (state_type IS NOT NULL AND
            (state_type IN (3, 4, 5, 6) OR (state_type = 1 AND state_name = 'NotReady'))))
) STRICT;

-- How far a flow run is with its calls is counted in it too.
CREATE INDEX runs_by_flow_run ON runs (flow_run_id, created, number, state_type) WHERE flow_run_id IS NOT NULL;

CREATE INDEX runs_by_kind ON runs (kind, created);

-- Flow runs are few among all runs, so what lists and charts of them are made from costs little.
CREATE INDEX flow_runs_by_state ON runs (created, state_type, state_name) WHERE kind = 0;

CREATE INDEX flow_runs_by_flow ON runs (definition, created) WHERE kind = 0;

CREATE INDEX flow_runs_by_start ON runs (coalesce(start_time, expected_start_time)) WHERE kind = 0;

CREATE INDEX flow_runs_by_expected_start ON runs (expected_start_time) WHERE kind = 0;

-- Most runs are COMPLETED, so those are found soon enough among all; this finds the others.
CREATE INDEX runs_not_completed ON runs (state_type, created) WHERE state_type <> 3;

-- Runs that were called in nothing else, for retention.
CREATE INDEX runs_at_top ON runs (created) WHERE flow_run_id IS NULL AND task_run_id IS NULL;

-- Runs that were called in a task run outside flow runs, which are few.
CREATE INDEX runs_by_task_run ON runs (task_run_id) WHERE flow_run_id IS NULL AND task_run_id IS NOT NULL;

-- What happened lately, for events.
CREATE INDEX runs_by_state_timestamp ON runs (state_timestamp);

-- Whether everything in a flow run has ended.
CREATE INDEX runs_not_ended ON runs (root_flow_run_id) WHERE end_time IS NULL;

-- Top-level runs of which something is deleted already, and the rest will be.
CREATE TABLE deletions (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16)
) STRICT, WITHOUT ROWID;

-- Results that are found again by a key. One that has expired counts for nothing, and is replaced by the next; one whose run is
-- deleted is deleted with it.
CREATE TABLE cache_entries (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    run_id BLOB NOT NULL CHECK (length(run_id) = 16), -- the run that computed it
    value TEXT, -- the result itself, as JSON
    reference TEXT, -- or where it is, as JSON
    created INTEGER NOT NULL,
    expires INTEGER,
    checksum INTEGER NOT NULL,
    CHECK ((value IS NULL) <> (reference IS NULL))
) STRICT;

CREATE INDEX cache_entries_by_run ON cache_entries (run_id);

-- Who computes a result that will be found by a key. A lock ends with the lease it is held under.
CREATE TABLE cache_locks (
    key BLOB PRIMARY KEY CHECK (length(key) = 32),
    lease INTEGER NOT NULL REFERENCES leases (number) ON DELETE CASCADE,
    checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How much may go on at once, by name. A limit called `tag:x` is on the task runs that carry the tag x.
CREATE TABLE concurrency_limits (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    slots INTEGER NOT NULL CHECK (slots >= 0), -- how many there are
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    slot_decay_per_second REAL NOT NULL CHECK (slot_decay_per_second >= 0),
    -- Where slots decay: how many millionths of slots were taken at that time, held or not.
    decaying INTEGER NOT NULL CHECK (decaying >= 0),
    decaying_at INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

-- Who holds slots. What is held ends with its lease.
CREATE TABLE concurrency_slots (
    limit_number INTEGER NOT NULL REFERENCES concurrency_limits (number) ON DELETE CASCADE,
    hold BLOB NOT NULL CHECK (length(hold) = 16), -- what was taken together
    lease INTEGER NOT NULL, -- the number of the lease; 0 where nobody owns anything
    slots INTEGER NOT NULL CHECK (slots > 0),
    run_id BLOB CHECK (length(run_id) = 16),
    since INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (limit_number, hold)
) STRICT, WITHOUT ROWID;

-- Who waits for slots, because there was no room. It ends with its lease as well.
CREATE TABLE concurrency_waiters (
    limit_number INTEGER NOT NULL REFERENCES concurrency_limits (number) ON DELETE CASCADE,
    hold BLOB NOT NULL CHECK (length(hold) = 16),
    lease INTEGER NOT NULL,
    since INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (limit_number, hold)
) STRICT, WITHOUT ROWID;

-- How many slots are held under each lease: the sums of the table above.
CREATE TABLE concurrency_use (
    limit_number INTEGER NOT NULL REFERENCES concurrency_limits (number) ON DELETE CASCADE,
    lease INTEGER NOT NULL,
    slots INTEGER NOT NULL CHECK (slots > 0),
    checksum INTEGER NOT NULL,
    PRIMARY KEY (limit_number, lease)
) STRICT, WITHOUT ROWID;

-- Transactions of tasks that have hooks or values, so that hooks which a process did not live to call are called later.
CREATE TABLE transaction_records (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    flow_run_id BLOB CHECK (length(flow_run_id) = 16),
    task_run_id BLOB CHECK (length(task_run_id) = 16),
    content TEXT NOT NULL, -- a JSON object
    checksum INTEGER NOT NULL
) STRICT;

CREATE INDEX transaction_records_by_flow_run ON transaction_records (flow_run_id) WHERE flow_run_id IS NOT NULL;

CREATE INDEX transaction_records_by_task_run ON transaction_records (task_run_id) WHERE task_run_id IS NOT NULL;

-- What flow runs were handed while they ran, and what they asked for when they paused.
CREATE TABLE run_inputs (
    number INTEGER PRIMARY KEY,
    flow_run_id BLOB NOT NULL CHECK (length(flow_run_id) = 16),
    key TEXT NOT NULL,
    value TEXT NOT NULL, -- as JSON
    sender BLOB CHECK (length(sender) = 16), -- the flow run that sent it
    created INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (flow_run_id, key)
) STRICT;

CREATE INDEX run_inputs_by_flow_run ON run_inputs (flow_run_id, number);

-- What is asked of the owners of runs, while it is open.
CREATE TABLE requests (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    run_id BLOB NOT NULL CHECK (length(run_id) = 16),
    content TEXT NOT NULL, -- what is asked, as a JSON object
    at INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

CREATE INDEX requests_by_run ON requests (run_id);

CREATE TABLE logs (
    number INTEGER PRIMARY KEY,
    flow_run_id BLOB CHECK (length(flow_run_id) = 16),
    task_run_id BLOB CHECK (length(task_run_id) = 16),
    timestamp INTEGER NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 255), -- 5 trace, 10 debug, 20 info, 30 warning, 40 error, 50 critical
    target TEXT NOT NULL,
    message TEXT NOT NULL,
    fields TEXT, -- a JSON object
    checksum INTEGER NOT NULL
) STRICT;

CREATE INDEX logs_by_flow_run ON logs (flow_run_id, timestamp) WHERE flow_run_id IS NOT NULL;

CREATE INDEX logs_by_task_run ON logs (task_run_id, timestamp) WHERE task_run_id IS NOT NULL;

CREATE TABLE artifacts (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    key TEXT,
    type TEXT NOT NULL,
    data TEXT NOT NULL, -- as JSON
    description TEXT,
    flow_run_id BLOB CHECK (length(flow_run_id) = 16),
    task_run_id BLOB CHECK (length(task_run_id) = 16),
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

CREATE INDEX artifacts_by_key ON artifacts (key, number) WHERE key IS NOT NULL;

CREATE INDEX artifacts_by_flow_run ON artifacts (flow_run_id, number) WHERE flow_run_id IS NOT NULL;

CREATE INDEX artifacts_by_task_run ON artifacts (task_run_id, number) WHERE task_run_id IS NOT NULL;

-- Events that user code has emitted. Those that are changes of state are made from the states of runs.
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    occurred INTEGER NOT NULL,
    name TEXT NOT NULL,
    flow_run_id BLOB CHECK (length(flow_run_id) = 16),
    task_run_id BLOB CHECK (length(task_run_id) = 16),
    resource TEXT NOT NULL, -- its labels, as a JSON object
    related TEXT, -- a JSON array of such objects
    payload TEXT, -- as JSON
    follows BLOB CHECK (length(follows) = 16),
    checksum INTEGER NOT NULL
) STRICT;

CREATE INDEX events_by_time ON events (occurred);

CREATE INDEX events_by_flow_run ON events (flow_run_id, number) WHERE flow_run_id IS NOT NULL;

CREATE INDEX events_by_task_run ON events (task_run_id, number) WHERE task_run_id IS NOT NULL;

-- Small values by name, which people and runs set.
CREATE TABLE variables (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255 AND name NOT GLOB '*[^a-z0-9_-]*'),
    value TEXT NOT NULL, -- as JSON
    tags TEXT, -- a JSON array
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

-- Who may ask a server, by what: the hashes of keys, and never the keys.
CREATE TABLE api_keys (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255 AND name NOT GLOB '*[^A-Za-z0-9_.-]*'),
    scope TEXT NOT NULL CHECK (scope IN ('read', 'run', 'admin')),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    created INTEGER NOT NULL,
    expires INTEGER,
    checksum INTEGER NOT NULL
) STRICT;

-- Types of blocks: what the values of a struct are called that are kept by name.
CREATE TABLE block_types (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    logo_url TEXT,
    documentation_url TEXT,
    description TEXT,
    code_example TEXT,
    protected INTEGER NOT NULL CHECK (protected IN (0, 1)),
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

-- What the blocks of a type looked like, each time they looked otherwise.
CREATE TABLE block_schemas (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    block_type BLOB NOT NULL REFERENCES block_types (id) ON DELETE CASCADE,
    digest TEXT NOT NULL, -- of `fields`
    fields TEXT NOT NULL, -- a JSON Schema
    capabilities TEXT, -- a JSON array
    version TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (block_type, digest)
) STRICT;

-- Blocks. What is secret in them is sealed before it comes here.
CREATE TABLE block_documents (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    block_type BLOB NOT NULL REFERENCES block_types (id) ON DELETE CASCADE,
    block_schema BLOB NOT NULL REFERENCES block_schemas (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    data TEXT NOT NULL, -- a JSON object
    anonymous INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (block_type, name)
) STRICT;

CREATE INDEX block_documents_by_schema ON block_documents (block_schema);

-- Who sends batches, with the number of the last one that was applied and what came of it: one that comes again is not applied again.
CREATE TABLE clients (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    last INTEGER NOT NULL,
    answer TEXT, -- as JSON; NULL when all of it was simply written
    seen INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
