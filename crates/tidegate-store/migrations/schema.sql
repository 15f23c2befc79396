--- api_keys
CREATE TABLE api_keys (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255 AND name NOT GLOB '*[^A-Za-z0-9_.-]*'),
    scope TEXT NOT NULL CHECK (scope IN ('read', 'run', 'admin')),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    created INTEGER NOT NULL,
    expires INTEGER,
    checksum INTEGER NOT NULL
) STRICT

--- artifacts
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
) STRICT

--- artifacts_by_flow_run
CREATE INDEX artifacts_by_flow_run ON artifacts (flow_run_id, number) WHERE flow_run_id IS NOT NULL

--- artifacts_by_key
CREATE INDEX artifacts_by_key ON artifacts (key, number) WHERE key IS NOT NULL

--- artifacts_by_task_run
CREATE INDEX artifacts_by_task_run ON artifacts (task_run_id, number) WHERE task_run_id IS NOT NULL

--- block_documents
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
) STRICT

--- block_documents_by_schema
CREATE INDEX block_documents_by_schema ON block_documents (block_schema)

--- block_schemas
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
) STRICT

--- block_types
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
) STRICT

--- cache_entries
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
) STRICT

--- cache_entries_by_run
CREATE INDEX cache_entries_by_run ON cache_entries (run_id)

--- cache_locks
CREATE TABLE cache_locks (
    key BLOB PRIMARY KEY CHECK (length(key) = 32),
    lease INTEGER NOT NULL REFERENCES leases (number) ON DELETE CASCADE,
    checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID

--- clients
CREATE TABLE clients (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    last INTEGER NOT NULL,
    answer TEXT, -- as JSON; NULL when all of it was simply written
    seen INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT

--- concurrency_limits
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
) STRICT

--- concurrency_slots
CREATE TABLE concurrency_slots (
    limit_number INTEGER NOT NULL REFERENCES concurrency_limits (number) ON DELETE CASCADE,
    hold BLOB NOT NULL CHECK (length(hold) = 16), -- what was taken together
    lease INTEGER NOT NULL, -- the number of the lease; 0 where nobody owns anything
    slots INTEGER NOT NULL CHECK (slots > 0),
    run_id BLOB CHECK (length(run_id) = 16),
    since INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (limit_number, hold)
) STRICT, WITHOUT ROWID

--- concurrency_use
CREATE TABLE concurrency_use (
    limit_number INTEGER NOT NULL REFERENCES concurrency_limits (number) ON DELETE CASCADE,
    lease INTEGER NOT NULL,
    slots INTEGER NOT NULL CHECK (slots > 0),
    checksum INTEGER NOT NULL,
    PRIMARY KEY (limit_number, lease)
) STRICT, WITHOUT ROWID

--- concurrency_waiters
CREATE TABLE concurrency_waiters (
    limit_number INTEGER NOT NULL REFERENCES concurrency_limits (number) ON DELETE CASCADE,
    hold BLOB NOT NULL CHECK (length(hold) = 16),
    lease INTEGER NOT NULL,
    since INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (limit_number, hold)
) STRICT, WITHOUT ROWID

--- definitions
CREATE TABLE definitions (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)), -- 0 flow, 1 task
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    content TEXT NOT NULL, -- the whole definition, as JSON
    checksum INTEGER NOT NULL,
    UNIQUE (name, kind, key, content)
) STRICT

--- deletions
CREATE TABLE deletions (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16)
) STRICT, WITHOUT ROWID

--- events
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
) STRICT

--- events_by_flow_run
CREATE INDEX events_by_flow_run ON events (flow_run_id, number) WHERE flow_run_id IS NOT NULL

--- events_by_task_run
CREATE INDEX events_by_task_run ON events (task_run_id, number) WHERE task_run_id IS NOT NULL

--- events_by_time
CREATE INDEX events_by_time ON events (occurred)

--- flow_runs_by_expected_start
CREATE INDEX flow_runs_by_expected_start ON runs (expected_start_time) WHERE kind = 0

--- flow_runs_by_flow
CREATE INDEX flow_runs_by_flow ON runs (definition, created) WHERE kind = 0

--- flow_runs_by_start
CREATE INDEX flow_runs_by_start ON runs (coalesce(start_time, expected_start_time)) WHERE kind = 0

--- flow_runs_by_state
CREATE INDEX flow_runs_by_state ON runs (created, state_type, state_name) WHERE kind = 0

--- leases
CREATE TABLE leases (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT

--- logs
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
) STRICT

--- logs_by_flow_run
CREATE INDEX logs_by_flow_run ON logs (flow_run_id, timestamp) WHERE flow_run_id IS NOT NULL

--- logs_by_task_run
CREATE INDEX logs_by_task_run ON logs (task_run_id, timestamp) WHERE task_run_id IS NOT NULL

--- requests
CREATE TABLE requests (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    run_id BLOB NOT NULL CHECK (length(run_id) = 16),
    content TEXT NOT NULL, -- what is asked, as a JSON object
    at INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT

--- requests_by_run
CREATE INDEX requests_by_run ON requests (run_id)

--- run_inputs
CREATE TABLE run_inputs (
    number INTEGER PRIMARY KEY,
    flow_run_id BLOB NOT NULL CHECK (length(flow_run_id) = 16),
    key TEXT NOT NULL,
    value TEXT NOT NULL, -- as JSON
    sender BLOB CHECK (length(sender) = 16), -- the flow run that sent it
    created INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (flow_run_id, key)
) STRICT

--- run_inputs_by_flow_run
CREATE INDEX run_inputs_by_flow_run ON run_inputs (flow_run_id, number)

--- runs
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
) STRICT

--- runs_at_top
CREATE INDEX runs_at_top ON runs (created) WHERE flow_run_id IS NULL AND task_run_id IS NULL

--- runs_by_flow_run
CREATE INDEX runs_by_flow_run ON runs (flow_run_id, created, number, state_type) WHERE flow_run_id IS NOT NULL

--- runs_by_kind
CREATE INDEX runs_by_kind ON runs (kind, created)

--- runs_by_state_timestamp
CREATE INDEX runs_by_state_timestamp ON runs (state_timestamp)

--- runs_by_task_run
CREATE INDEX runs_by_task_run ON runs (task_run_id) WHERE flow_run_id IS NULL AND task_run_id IS NOT NULL

--- runs_not_completed
CREATE INDEX runs_not_completed ON runs (state_type, created) WHERE state_type <> 3

--- runs_not_ended
CREATE INDEX runs_not_ended ON runs (root_flow_run_id) WHERE end_time IS NULL

--- sqlite_autoindex_api_keys_1

--- sqlite_autoindex_api_keys_2

--- sqlite_autoindex_artifacts_1

--- sqlite_autoindex_block_documents_1

--- sqlite_autoindex_block_documents_2

--- sqlite_autoindex_block_schemas_1

--- sqlite_autoindex_block_schemas_2

--- sqlite_autoindex_block_types_1

--- sqlite_autoindex_block_types_2

--- sqlite_autoindex_cache_entries_1

--- sqlite_autoindex_clients_1

--- sqlite_autoindex_concurrency_limits_1

--- sqlite_autoindex_definitions_1

--- sqlite_autoindex_events_1

--- sqlite_autoindex_leases_1

--- sqlite_autoindex_requests_1

--- sqlite_autoindex_run_inputs_1

--- sqlite_autoindex_runs_1

--- sqlite_autoindex_transaction_records_1

--- sqlite_autoindex_variables_1

--- sqlite_autoindex_variables_2

--- sqlite_sequence
CREATE TABLE sqlite_sequence(name,seq)

--- transaction_records
CREATE TABLE transaction_records (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    flow_run_id BLOB CHECK (length(flow_run_id) = 16),
    task_run_id BLOB CHECK (length(task_run_id) = 16),
    content TEXT NOT NULL, -- a JSON object
    checksum INTEGER NOT NULL
) STRICT

--- transaction_records_by_flow_run
CREATE INDEX transaction_records_by_flow_run ON transaction_records (flow_run_id) WHERE flow_run_id IS NOT NULL

--- transaction_records_by_task_run
CREATE INDEX transaction_records_by_task_run ON transaction_records (task_run_id) WHERE task_run_id IS NOT NULL

--- variables
CREATE TABLE variables (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255 AND name NOT GLOB '*[^a-z0-9_-]*'),
    value TEXT NOT NULL, -- as JSON
    tags TEXT, -- a JSON array
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT

