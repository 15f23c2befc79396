//! Blocks in the terminal: what is secret is never shown, and what others need is not deleted. How a program makes blocks of its own types
//! is shown by the example `own_cli`.

use expect_test::{Expect, expect};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tidegate_core::{
    BlockAnswer, BlockChange, BlockDocument, BlockSchema, BlockType, Store, Timestamp,
    block_reference,
};
use tidegate_store::{Options, Sqlite};
use uuid::Uuid;

use crate::Call;

/// A database with blocks of two types, of which one is protected.
struct Blocks(TempDir);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_741_046_400 + seconds, 0).unwrap()
}

fn uuid(number: u8) -> Uuid {
    Uuid::parse_str(&format!("0195{number:02x}00-0000-7000-8000-0000000000{number:02x}")).unwrap()
}

fn block_type(number: u8, name: &str, slug: &str) -> BlockType {
    BlockType {
        id: uuid(number).into(),
        name: name.to_owned(),
        slug: slug.to_owned(),
        logo_url: None,
        documentation_url: None,
        description: Some(format!("What an {name} is for.")),
        code_example: None,
        is_protected: false,
        created: at(0),
        updated: at(0),
    }
}

fn schema(block_type: &BlockType, number: u8, fields: Value) -> BlockSchema {
    BlockSchema {
        id: uuid(number).into(),
        checksum: format!("blake3:{number}"),
        fields,
        capabilities: vec!["notify".to_owned()],
        version: "1.2.0".to_owned(),
        block_type_id: block_type.id,
        created: at(0),
        updated: at(0),
    }
}

fn document(number: u8, schema: &BlockSchema, name: &str, data: &Value) -> BlockDocument {
    BlockDocument {
        id: uuid(number).into(),
        name: name.to_owned(),
        data: data.as_object().cloned().unwrap_or_else(Map::new),
        block_schema_id: schema.id,
        block_type_id: schema.block_type_id,
        is_anonymous: false,
        created: at(1),
        updated: at(2),
    }
}

impl Blocks {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(write(&folder.path().join("tidegate.db")));
        Self(folder)
    }

    #[track_caller]
    fn check(&self, line: &str, expected: &Expect) {
        Call::within(self.0.path().to_owned(), line).check(expected);
    }
}

async fn write(path: &std::path::Path) {
    let store = Sqlite::open(Options::file(path)).unwrap();
    let account = block_type(1, "Account", "account");
    let channel =
        BlockType { is_protected: true, ..block_type(2, "Alert Channel", "alert-channel") };
    let of_account = schema(
        &account,
        3,
        json!({
            "properties": {
                "user": { "type": "string", "description": "Who it is." },
                "password": { "type": "string", "format": "password", "writeOnly": true },
                "note": { "type": ["string", "null"] },
            },
            "required": ["user", "password"],
            "secret_fields": ["password"],
        }),
    );
    let of_channel = schema(&channel, 4, json!({ "properties": { "account": {} } }));
    for (block_type, schema) in [(&account, &of_account), (&channel, &of_channel)] {
        let change = BlockChange::Register {
            block_type: Box::new(block_type.clone()),
            schema: Box::new(schema.clone()),
        };
        store.change_blocks(change).await.unwrap();
    }
    let secret = json!({ "user": "ada", "password": { "$sealed": "v1:0011:abc" }, "note": null });
    let shared = document(5, &of_account, "shared", &secret);
    let alerts = json!({ "account": block_reference(shared.id) });
    let hidden =
        BlockDocument { is_anonymous: true, ..document(7, &of_account, "anonymous-1", &secret) };
    for document in [shared, document(6, &of_channel, "alerts", &alerts), hidden] {
        let answer = store.change_blocks(BlockChange::Create(Box::new(document))).await;
        assert_eq!(answer.unwrap(), BlockAnswer::Done);
    }
    store.close().await.unwrap();
}

#[test]
fn blocks_are_listed_by_type_and_name() {
    let blocks = Blocks::new();
    blocks.check(
        "block ls",
        &expect![[r#"
        BLOCK                 TYPE           ID                                    UPDATED
        account/shared        Account        01950500-0000-7000-8000-000000000005  2025-03-04
        alert-channel/alerts  Alert Channel  01950600-0000-7000-8000-000000000006  2025-03-04
    "#]],
    );
    blocks.check(
        "blocks ls --type account --anonymous",
        &expect![[r#"
        BLOCK                TYPE     ID                                    UPDATED
        account/anonymous-1  Account  01950700-0000-7000-8000-000000000007  2025-03-04
        account/shared       Account  01950500-0000-7000-8000-000000000005  2025-03-04
    "#]],
    );
    blocks.check(
        "block ls --type nothing",
        &expect![[r#"
        There are no such blocks.
    "#]],
    );
    blocks.check(
        "block ls --type alert-channel --capability notify -o json",
        &expect![[r#"
        [
          {
            "id": "01950600-0000-7000-8000-000000000006",
            "name": "alerts",
            "block_type_slug": "alert-channel",
            "block_type_name": "Alert Channel",
            "block_type_id": "01950200-0000-7000-8000-000000000002",
            "block_schema_id": "01950400-0000-7000-8000-000000000004",
            "data": {
              "account": {
                "$ref": {
                  "block_document_id": "01950500-0000-7000-8000-000000000005"
                }
              }
            },
            "is_anonymous": false,
            "created": "2025-03-04T00:00:01Z",
            "updated": "2025-03-04T00:00:02Z"
          }
        ]
    "#]],
    );
}

#[test]
fn a_block_is_shown_with_its_secrets_masked() {
    let blocks = Blocks::new();
    blocks.check(
        "block inspect account/shared",
        &expect![[r#"
        Name     shared
        Type     Account (account)
        Id       01950500-0000-7000-8000-000000000005
        Created  2025-03-04 00:00:01
        Updated  2025-03-04 00:00:02

        Fields
          note = null
          password = **********
          user = ada
    "#]],
    );
    blocks.check(
        "block inspect account/shared -o json",
        &expect![[r#"
        {
          "id": "01950500-0000-7000-8000-000000000005",
          "name": "shared",
          "block_type_slug": "account",
          "block_type_name": "Account",
          "block_type_id": "01950100-0000-7000-8000-000000000001",
          "block_schema_id": "01950300-0000-7000-8000-000000000003",
          "data": {
            "note": null,
            "password": "**********",
            "user": "ada"
          },
          "is_anonymous": false,
          "created": "2025-03-04T00:00:01Z",
          "updated": "2025-03-04T00:00:02Z"
        }
    "#]],
    );
    blocks.check(
        "block inspect account/shard",
        &expect![[r#"
        -- standard error --
        error: there is no block 'account/shard'; did you mean 'account/shared'?

          try: tidegate block ls
        -- exit code 1 --
    "#]],
    );
    blocks.check("block inspect shared", &expect![[r#"
        -- standard error --
        error: 'shared' does not say of which type the block is: write SLUG/NAME, such as slack-webhook/alerts

          try: tidegate block ls
        -- exit code 2 --
    "#]]);
}

#[test]
fn a_block_that_is_part_of_another_is_not_deleted() {
    let blocks = Blocks::new();
    blocks.check(
        "block delete account/shared",
        &expect![[r#"
        -- standard error --
        error: nothing was done, because nobody could be asked: Delete the block 'account/shared'?

          try: the same with --no-prompt (-y), which answers yes
        -- exit code 1 --
    "#]],
    );
    blocks.check("block delete account/shared -y", &expect![[r#"
        -- standard error --
        error: the block `account/shared` is part of others and cannot be deleted before them: `alert-channel/alerts`
        -- exit code 1 --
    "#]]);
    blocks.check(
        "block delete alert-channel/alerts -y",
        &expect![[r#"
        Deleted the block 'alert-channel/alerts'.
    "#]],
    );
    blocks.check(
        "block delete account/shared -y",
        &expect![[r#"
        Deleted the block 'account/shared'.
    "#]],
    );
}

#[test]
fn types_are_listed_shown_and_deleted() {
    let blocks = Blocks::new();
    blocks.check(
        "block type ls",
        &expect![[r#"
        SLUG           NAME           DESCRIPTION
        account        Account        What an Account is for.
        alert-channel  Alert Channel  What an Alert Channel is for.
    "#]],
    );
    blocks.check(
        "block type inspect account",
        &expect![[r#"
        Name         Account
        Slug         account
        Id           01950100-0000-7000-8000-000000000001
        Description  What an Account is for.
        Can          notify
        Version      1.2.0
        Created      2025-03-04 00:00:00

        Fields
          note (optional)
          password (secret)
          user: Who it is.
    "#]],
    );
    blocks.check(
        "block type inspect acount",
        &expect![[r#"
        -- standard error --
        error: there is no type of blocks 'acount'; did you mean 'account'?

          try: tidegate block type ls
        -- exit code 1 --
    "#]],
    );
    blocks.check("block type delete alert-channel -y", &expect![[r#"
        -- standard error --
        error: the type of blocks `alert-channel` belongs to a library and is protected: it cannot be deleted; delete its blocks instead
        -- exit code 1 --
    "#]]);
    blocks.check("block type delete account -y", &expect![[r#"
        -- standard error --
        error: the type of blocks `account` cannot be deleted, since blocks of it are part of others: delete these first: `alert-channel/alerts`
        -- exit code 1 --
    "#]]);
    blocks.check(
        "block delete alert-channel/alerts -y",
        &expect![[r#"
        Deleted the block 'alert-channel/alerts'.
    "#]],
    );
    blocks.check(
        "block types delete account -y",
        &expect![[r#"
        Deleted the type 'account' and its 2 blocks.
    "#]],
    );
}

#[test]
fn a_program_without_types_makes_no_blocks() {
    let blocks = Blocks::new();
    blocks.check("block create account/own --field user=ada", &expect![[r#"
        -- standard error --
        error: `tidegate` has no type of blocks called 'account' (it has none): blocks are made by a program that has their type in it, with a `main` that returns `tidegate::cli::main()`
        -- exit code 1 --
    "#]]);
    blocks.check("block register", &expect![[r#"
        -- standard error --
        error: `tidegate` has no types of blocks: types are recorded by a program that has them in it, with a `main` that returns `tidegate::cli::main()`, or when a block is first saved
        -- exit code 1 --
    "#]]);
}

#[test]
fn the_group_has_help() {
    let blocks = Blocks::new();
    blocks.check("block -h", &expect![[r#"
        See, make and delete blocks: typed configuration that is kept by name

        Usage: tidegate block [OPTIONS] <COMMAND>

        Commands:
          ls        List blocks
          inspect   Show a block. What is secret in it is masked
          create    Make a block of a type of this program
          delete    Delete a block that is no part of another
          type      See and delete types of blocks [alias: types]
          register  Record the types of this program, as saving a block does with its own

        Options:
          -h, --help  Print help

        Global options:
          -o, --output <FORMAT>  Write the answer as text or as JSON
              --utc              Show times in UTC instead of the local time zone
              --color <WHEN>     Use colour: auto, always or never
              --database <URL>   Use this database, such as sqlite:app.db, instead of that of the settings
          -y, --no-prompt        Answer yes to every question [alias: --yes]
    "#]]);
    blocks.check("block create --help", &expect![[r#"
        Make a block of a type of this program.

        Its fields are given one by one, or as a JSON object in a file or on standard input. What is secret
        is taken from there only.

        Usage: tidegate block create [OPTIONS] <SLUG/NAME>

        Arguments:
          <SLUG/NAME>
                  Its type and its name, such as slack-webhook/alerts

        Options:
          -f, --field <NAME=VALUE>
                  A field: its value is JSON, or the text itself

              --data <FILE>
                  The file with the fields as a JSON object; - is standard input

              --overwrite
                  Replace the block of that name, if there is one

          -h, --help
                  Print help (see a summary with '-h')

        Global options:
          -o, --output <FORMAT>
                  Write the answer as text or as JSON

              --utc
                  Show times in UTC instead of the local time zone

              --color <WHEN>
                  Use colour: auto, always or never

              --database <URL>
                  Use this database, such as sqlite:app.db, instead of that of the settings

          -y, --no-prompt
                  Answer yes to every question

                  [alias: --yes]

        Examples:
          $ tidegate block create weather-service/production --field url=https://api.example.com
          $ tidegate block create slack-webhook/alerts --data - < alerts.json
          $ tidegate block create slack-webhook/alerts --data alerts.json --overwrite
    "#]]);
}
