//! What statements of a transaction may do in SQLite, and that one which spoils its transaction spoils no other's writes.

use std::sync::{Arc, Mutex};

use expect_test::{Expect, expect};
use tidegate_core::store::suite::samples::{advance, at, entered, task_run};
use tidegate_core::store::{SqlError, SqlErrorKind, SqlTransaction, TransactionEnd};
use tidegate_core::{Run, RunQuery, State, Store, StoreError, Write};
use tidegate_store::{Options, Sqlite};

/// A store in memory, a run in it, and a table.
async fn store() -> Sqlite {
    let store = Sqlite::open(Options::memory()).unwrap();
    prepare(&store).await;
    store
}

async fn prepare(store: &Sqlite) {
    let run = entered(task_run("fetch", 0), State::running(at(1)));
    store.put_acknowledged(Write::Begin(Box::new(run))).await.unwrap();
    let made = commit(store, &["CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)"]);
    made.await.unwrap();
}

/// Runs statements in one transaction, which is committed whatever becomes of them.
async fn commit(store: &Sqlite, statements: &[&str]) -> Result<(), StoreError> {
    let statements: Vec<String> = statements.iter().map(|sql| (*sql).to_owned()).collect();
    let work = move |tx: &mut SqlTransaction<'_>| {
        for sql in statements {
            tx.execute(&sql, ()).unwrap();
        }
        TransactionEnd::Commit(vec![])
    };
    store.transact(Box::new(work)).await
}

/// What a statement gives, in a transaction that is undone.
async fn try_one(store: &Sqlite, sql: &str) -> Result<(), SqlError> {
    let (given, sql) = (Arc::new(Mutex::new(None)), sql.to_owned());
    let told = Arc::clone(&given);
    let work = move |tx: &mut SqlTransaction<'_>| {
        *told.lock().unwrap() = Some(tx.query(&sql, ()).map(drop));
        TransactionEnd::RollBack
    };
    store.transact(Box::new(work)).await.unwrap();
    given.lock().unwrap().take().unwrap()
}

/// Every one of these statements is refused, for its reason.
async fn check_refused(store: &Sqlite, statements: &[&str], expected: Expect) {
    let mut text = String::new();
    for sql in statements {
        let error = try_one(store, sql).await.expect_err(sql);
        assert_eq!(error.kind(), SqlErrorKind::Refused, "{error}");
        text.push_str(&format!("{error}\n"));
    }
    expected.assert_eq(&text);
}

#[tokio::test]
async fn no_statement_ends_the_transaction_or_changes_how_the_database_is_set_up() {
    let store = store().await;
    let statements = [
        "COMMIT",
        "ROLLBACK",
        "BEGIN",
        "SAVEPOINT a",
        "ROLLBACK TO work",
        "RELEASE work",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "PRAGMA journal_mode = delete",
        "PRAGMA user_version",
        "SELECT * FROM pragma_table_info('notes')",
        "SELECT load_extension('x')",
        "CREATE TEMP TABLE t (id INTEGER)",
        "CREATE TEMP VIEW runs AS SELECT 1",
        "CREATE TEMP TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END",
    ];
    check_refused(&store, &statements, expect![[r#"
        the statement `COMMIT` is refused: the transaction is the store's: it is committed when the task returns `Ok`, and undone when it returns an error
        the statement `ROLLBACK` is refused: the transaction is the store's: it is committed when the task returns `Ok`, and undone when it returns an error
        the statement `BEGIN` is refused: the transaction is the store's: it is committed when the task returns `Ok`, and undone when it returns an error
        the statement `SAVEPOINT a` is refused: the transaction is the store's: it is committed when the task returns `Ok`, and undone when it returns an error
        the statement `ROLLBACK TO work` is refused: the transaction is the store's: it is committed when the task returns `Ok`, and undone when it returns an error
        the statement `RELEASE work` is refused: the transaction is the store's: it is committed when the task returns `Ok`, and undone when it returns an error
        the statement `ATTACH ':memory:' AS other` is refused: a transaction is one database's; use another in a task of its own
        the statement `DETACH main` is refused: a transaction is one database's; use another in a task of its own
        the statement `PRAGMA journal_mode = delete` is refused: PRAGMA would change how the database is set up, which is the store's part
        the statement `PRAGMA user_version` is refused: PRAGMA would change how the database is set up, which is the store's part
        the statement `SELECT * FROM pragma_table_info('notes')` is refused: PRAGMA would change how the database is set up, which is the store's part
        the statement `SELECT load_extension('x')` is refused: extensions would change how the database is set up, which is the store's part
        the statement `CREATE TEMP TABLE t (id INTEGER)` is refused: what is temporary would outlive the transaction; make a table, and drop it in the end
        the statement `CREATE TEMP VIEW runs AS SELECT 1` is refused: what is temporary would outlive the transaction; make a table, and drop it in the end
        the statement `CREATE TEMP TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END` is refused: what is temporary would outlive the transaction; make a table, and drop it in the end
    "#]]).await;
    for sql in ["VACUUM", "VACUUM INTO '/tmp/elsewhere'"] {
        try_one(&store, sql).await.expect_err("it needs to be outside of a transaction");
    }
}

#[tokio::test]
async fn the_tables_of_the_store_are_read_and_not_changed() {
    let store = store().await;
    for sql in [
        "SELECT count(*) FROM runs JOIN definitions ON definitions.id = runs.definition",
        "SELECT name FROM sqlite_schema",
        "CREATE VIEW names AS SELECT name FROM runs",
        "INSERT INTO notes (text) SELECT name FROM runs",
    ] {
        try_one(&store, sql).await.unwrap();
    }
    let statements = [
        "INSERT INTO logs (timestamp) VALUES (1)",
        "REPLACE INTO RUNS (id) VALUES (x'00')",
        "UPDATE runs SET state_type = 3",
        "DELETE FROM main.\"Leases\"",
        "DROP TABLE logs",
        "DROP INDEX runs_by_kind",
        "ALTER TABLE runs ADD COLUMN mine TEXT",
        "ALTER TABLE runs RENAME TO walks",
        "CREATE INDEX mine ON runs (name)",
        "CREATE TRIGGER mine AFTER INSERT ON runs BEGIN SELECT 1; END",
        "ANALYZE runs",
        "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'leases'",
        "DELETE FROM sqlite_sequence",
        "REINDEX runs",
        "CREATE TABLE tidegate_mine (id INTEGER)",
        "CREATE VIEW Tidegate_mine AS SELECT 1",
        "CREATE INDEX tidegate_mine ON notes (text)",
    ];
    check_refused(&store, &statements, expect![[r#"
        the statement `INSERT INTO logs (timestamp) VALUES (1)` is refused: `logs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `REPLACE INTO RUNS (id) VALUES (x'00')` is refused: `runs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `UPDATE runs SET state_type = 3` is refused: `runs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `DELETE FROM main."Leases"` is refused: `leases` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `DROP TABLE logs` is refused: `logs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `DROP INDEX runs_by_kind` is refused: `runs_by_kind` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `ALTER TABLE runs ADD COLUMN mine TEXT` is refused: `runs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `ALTER TABLE runs RENAME TO walks` is refused: `runs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `CREATE INDEX mine ON runs (name)` is refused: `runs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `CREATE TRIGGER mine AFTER INSERT ON runs BEGIN SELECT 1; END` is refused: `runs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `ANALYZE runs` is refused: `runs` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `UPDATE sqlite_sequence SET seq = 0 WHERE name = 'leases'` is refused: `sqlite_sequence` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `DELETE FROM sqlite_sequence` is refused: `sqlite_sequence` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `REINDEX runs` is refused: `sqlite_autoindex_runs_1` is Tidegate's own, which may be read and not changed; give a table of yours another name
        the statement `CREATE TABLE tidegate_mine (id INTEGER)` is refused: `tidegate_mine`: names that begin with `tidegate_` are kept for Tidegate; choose another
        the statement `CREATE VIEW Tidegate_mine AS SELECT 1` is refused: `Tidegate_mine`: names that begin with `tidegate_` are kept for Tidegate; choose another
        the statement `CREATE INDEX tidegate_mine ON notes (text)` is refused: `tidegate_mine`: names that begin with `tidegate_` are kept for Tidegate; choose another
    "#]]).await;
    for sql in [
        "INSERT INTO sqlite_schema (name) VALUES ('x')",
        "UPDATE sqlite_schema SET sql = ''",
        "DROP TABLE sqlite_schema",
    ] {
        try_one(&store, sql).await.expect_err("SQLite refuses it");
    }
}

#[tokio::test]
async fn a_trigger_of_ones_own_may_not_do_what_a_statement_may_not() {
    let store = store().await;
    let trigger = "CREATE TRIGGER sly AFTER INSERT ON notes BEGIN DELETE FROM runs; END";
    commit(&store, &[trigger]).await.unwrap();
    let error = try_one(&store, "INSERT INTO notes (text) VALUES ('a')").await.unwrap_err();
    assert_eq!(error.kind(), SqlErrorKind::Refused);
    assert_eq!(store.count_runs(RunQuery::default()).await.unwrap(), 1);
}

#[tokio::test]
async fn what_can_only_be_seen_in_the_end_undoes_the_transaction() {
    let store = store().await;
    let refers = "CREATE TABLE mine (run BLOB REFERENCES Runs (id))";
    let error = commit(&store, &[refers]).await.unwrap_err();
    expect!["a transaction was undone: `mine` refers to `Runs`, a table of Tidegate whose rows come and go as it sees fit; keep the id in a column without REFERENCES"].assert_eq(&error.to_string());
    let renames = "ALTER TABLE notes RENAME TO tidegate_notes";
    let error = commit(&store, &[renames]).await.unwrap_err();
    expect!["a transaction was undone: `tidegate_notes`: names that begin with `tidegate_` are kept for Tidegate; choose another"]
        .assert_eq(&error.to_string());
    try_one(&store, "SELECT * FROM notes").await.unwrap();
    let fine = [
        "CREATE TABLE pages (number INTEGER PRIMARY KEY AUTOINCREMENT, note INTEGER REFERENCES notes (id))",
        "INSERT INTO pages DEFAULT VALUES",
        "ALTER TABLE pages RENAME TO sheets",
        "ALTER TABLE notes RENAME TO leaves",
        "DROP TABLE sheets",
    ];
    commit(&store, &fine).await.unwrap();
}

#[tokio::test]
async fn full_text_tables_work() {
    let store = store().await;
    let made = ["CREATE VIRTUAL TABLE words USING fts5(text)"];
    commit(&store, &made).await.unwrap();
    commit(&store, &["INSERT INTO words (text) VALUES ('a quick fox'), ('a slow snail')"])
        .await
        .unwrap();
    let found = Arc::new(Mutex::new(0));
    let told = Arc::clone(&found);
    let work = move |tx: &mut SqlTransaction<'_>| {
        let count = tx.query_value("SELECT count(*) FROM words WHERE words MATCH 'fox'", ());
        *told.lock().unwrap() = count.unwrap();
        TransactionEnd::RollBack
    };
    store.transact(Box::new(work)).await.unwrap();
    assert_eq!(*found.lock().unwrap(), 1);
}

#[tokio::test]
async fn mistakes_say_what_to_do() {
    let store = store().await;
    let mut text = String::new();
    for sql in [
        "SELEKT 1",
        "SELECT 1; SELECT 2",
        "DELETE FROM notes; ROLLBACK",
        "DROP TABLE notes; DELETE FROM sqlite_sequence",
        "SELECT ?1, ?2",
        "",
        "INSERT INTO notes (id, text) VALUES (1, 'a'), (1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
    ] {
        text.push_str(&format!("{}\n", try_one(&store, sql).await.unwrap_err()));
    }
    let work = |tx: &mut SqlTransaction<'_>| {
        let rows = tx.execute("SELECT id FROM notes", ());
        assert!(rows.is_ok(), "there are none");
        tx.execute("INSERT INTO notes (text) VALUES ('a')", ()).unwrap();
        let rows = tx.execute("SELECT id FROM notes", ()).unwrap_err();
        assert!(rows.to_string().ends_with("gives rows; use `query`"), "{rows}");
        TransactionEnd::RollBack
    };
    store.transact(Box::new(work)).await.unwrap();
    expect![[r#"
        the statement `SELEKT 1` failed: near "SELEKT": syntax error
        the statement `SELECT 1; SELECT 2` is more than one; run them one after the other
        the statement `DELETE FROM notes; ROLLBACK` is refused: the transaction is the store's: it is committed when the task returns `Ok`, and undone when it returns an error
        the statement `DROP TABLE notes; DELETE FROM sqlite_sequence` is more than one; run them one after the other
        the statement `SELECT ?1, ?2` failed: Wrong number of parameters passed to query. Got 0, needed 2
        the statement `` failed: SQL is empty or comment only
        the statement `INSERT INTO notes (id, text) VALUES (1, 'a'), (1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...` failed: UNIQUE constraint failed: notes.id
    "#]].assert_eq(&text);
}

/// A file, so that there are others in the same batch.
#[tokio::test]
async fn work_that_spoils_its_transaction_spoils_nothing_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(Options::file(folder.path().join("runs.db"))).unwrap();
    prepare(&store).await;
    let tables = [
        "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER spoils BEFORE DELETE ON notes BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
        "INSERT INTO notes (id) VALUES (1)",
    ];
    commit(&store, &tables).await.unwrap();

    let spoilers: [fn(&mut SqlTransaction<'_>); 3] = [
        |tx| {
            tx.execute("INSERT INTO notes (id) VALUES (2)", ()).unwrap();
            let error = tx.execute("INSERT OR ROLLBACK INTO notes (id) VALUES (1)", ());
            assert_eq!(error.unwrap_err().kind(), SqlErrorKind::Over);
            let error = tx.execute("INSERT INTO notes (id) VALUES (3)", ());
            assert_eq!(error.unwrap_err().kind(), SqlErrorKind::Over);
        },
        |tx| {
            tx.execute("INSERT INTO notes (id) VALUES (2)", ()).unwrap();
            tx.execute("DELETE FROM notes", ()).unwrap_err();
        },
        |tx| {
            tx.execute("INSERT INTO notes (id) VALUES (2)", ()).unwrap();
            tx.execute("INSERT INTO children (parent) VALUES (7)", ()).unwrap();
        },
    ];
    let mut text = String::new();
    for (turn, spoil) in spoilers.into_iter().enumerate() {
        let begun = entered(task_run("spoils", 0), State::running(at(1)));
        let completed = Write::Advance(Box::new(advance(&begun, State::completed(at(2)))));
        let other = task_run("other", turn as i64);
        drop(store.put(Write::Begin(Box::new(begun.clone()))));
        let work = move |tx: &mut SqlTransaction<'_>| {
            spoil(tx);
            TransactionEnd::Commit(vec![completed])
        };
        let (spoiled, fine, put) = tokio::join!(
            store.transact(Box::new(work)),
            commit(&store, &["INSERT INTO parents DEFAULT VALUES"]),
            store.put_acknowledged(Write::Begin(Box::new(other.clone()))),
        );
        text.push_str(&format!("{}\n", spoiled.unwrap_err()));
        fine.unwrap();
        put.unwrap();
        assert_eq!(store.run(begun.id).await.unwrap(), Some(begun));
        assert_eq!(store.run(other.id).await.unwrap(), Some(other));
    }
    expect![[r#"
        a transaction was undone: one of its statements has ended it (`OR ROLLBACK`, or `RAISE(ROLLBACK, ..)`, or the disk is full)
        a transaction was undone: one of its statements has ended it (`OR ROLLBACK`, or `RAISE(ROLLBACK, ..)`, or the disk is full)
        a transaction was undone: FOREIGN KEY constraint failed, by what the transaction has left when it was to be committed
    "#]].assert_eq(&text);
    let work = |tx: &mut SqlTransaction<'_>| {
        let count = |tx: &mut SqlTransaction<'_>, sql| tx.query_value::<i64>(sql, ()).unwrap();
        assert_eq!(count(tx, "SELECT count(*) FROM notes"), 1);
        assert_eq!(count(tx, "SELECT count(*) FROM children"), 0);
        assert_eq!(count(tx, "SELECT count(*) FROM parents"), 3);
        TransactionEnd::RollBack
    };
    store.transact(Box::new(work)).await.unwrap();
}

/// Statements of the store itself are judged by nobody.
#[tokio::test]
async fn the_store_goes_on_writing_after_a_transaction() {
    let store = store().await;
    for turn in 0..3 {
        let run: Run = task_run("fetch", turn);
        store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
        let write = advance(&run, State::running(at(9)));
        store.put_acknowledged(Write::Advance(Box::new(write))).await.unwrap();
        commit(&store, &["INSERT INTO notes (text) VALUES ('a')"]).await.unwrap();
    }
    assert_eq!(store.count_runs(RunQuery::default()).await.unwrap(), 4);
}
