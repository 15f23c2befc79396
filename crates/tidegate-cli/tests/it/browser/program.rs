//! Programs with flows, each a process of its own: this test binary again. They are told what to do on their standard input, line by line,
//! and end with it.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tidegate::prelude::*;
use tidegate::schemars::JsonSchema;
use tidegate::{
    Artifact, Block, ConcurrencyLimit, Engine, Secret, Variable, concurrency, pause_flow_run,
    run_logger,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Says to a process which program it is.
const PROGRAM: &str = "BROWSER_PROGRAM";

/// With which secrets are sealed: 32 bytes.
pub(super) const KEY: &str = "Zm9yIHRlc3RzIG9ubHksIGtub3duIHRvIGV2ZXJ5b24=";

/// A process that runs flows.
pub(super) struct Program {
    process: Child,
    told: Option<ChildStdin>,
    says: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts the one of this name on the database in this folder.
    pub(super) fn start(folder: &Path, name: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["browser::program::this_is_one", "--exact", "--nocapture", "--quiet"]);
        command.env(PROGRAM, name).env("TIDEGATE_HOME", folder).env("TIDEGATE_ENCRYPTION_KEY", KEY);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let (told, says) = (process.stdin.take(), process.stdout.take().unwrap());
        Self { process, told, says: BufReader::new(says).lines() }
    }

    /// Tells it something.
    pub(super) fn tell(&self, line: &str) {
        writeln!(self.told.as_ref().unwrap(), "{line}").unwrap();
    }

    /// Reads what it says up to a line that begins so, and gives the rest of that.
    pub(super) fn wait_for(&mut self, start: &str) -> String {
        loop {
            let line = self.says.next().unwrap_or_else(|| panic!("it ended without {start}"));
            if let Some(rest) = line.unwrap().strip_prefix(start) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Has it end, and reads what it says until then.
    pub(super) fn end(mut self) -> Vec<String> {
        self.told = None;
        let says: Vec<_> = self.says.by_ref().map(Result::unwrap).collect();
        assert!(self.process.wait().unwrap().success(), "the program failed: {says:?}");
        says
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.told = None;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Lines that it is told.
type Told = UnboundedReceiver<String>;

#[test]
fn this_is_one() {
    let Ok(name) = std::env::var(PROGRAM) else { return };
    let (sender, told) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let run = async move {
        match &*name {
            "day" => day(told).await,
            "ingest" => ingest(told).await.map(drop),
            "release" => release("2.14.0".to_owned()).await.map(drop),
            "watch" => watch(told).await.map(drop),
            "types" => types().await,
            "load" => load_alerts().await,
            other => panic!("there is no program {other}"),
        }?;
        Engine::current()?.close().await
    };
    let ended: Result<()> = runtime.block_on(run);
    println!("ended {}", ended.err().map(|error| error.to_string()).unwrap_or_default());
}

/// How an order can be refused.
#[derive(Debug, thiserror::Error)]
#[error("the warehouse refused {rows} rows: column \"amount\" of row {first} is no number: 'n/a'")]
struct Refused {
    rows: u32,
    first: u32,
}

/// Says which run it is.
fn say_id() {
    println!("run {}", tidegate::runtime::flow_run::id().unwrap());
}

async fn pass(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

#[task]
async fn list_files(day: String) -> Result<Vec<u32>> {
    pass(280).await;
    run_logger().info(format!("12 files of {day}"));
    Ok((1..=12).collect())
}

#[task(retries = 2, retry_delay_seconds = 0.2, tags = ["http"], task_run_name = "fetch-{file}")]
async fn fetch(file: u32) -> Result<u32> {
    pass(220 + u64::from(file * 37 % 11) * 60).await;
    if file == 7 && tidegate::runtime::task_run::run_count() < 2 {
        return Err("HTTP 503 from the shop, asked for orders-07.csv".into());
    }
    run_logger().info(format!("orders-{file:02}.csv: {} rows", 400 + file * 53));
    Ok(400 + file * 53)
}

#[task(task_run_name = "clean-{rows}")]
async fn clean(rows: u32) -> Result<u32> {
    pass(90 + u64::from(rows % 7) * 40).await;
    Ok(rows - rows % 10)
}

#[task(task_run_name = "load-{part}")]
async fn load(part: u32, rows: u32) -> Result<u32> {
    let _connection = concurrency("warehouse", 1).await?;
    pass(350 + u64::from(part % 3) * 120).await;
    Ok(rows)
}

#[task]
async fn check_totals(rows: u32) -> Result<u32> {
    pass(160).await;
    Ok(rows)
}

#[task]
async fn report(rows: u32) -> Result<()> {
    let text = format!(
        "# Orders of today\n\n**{rows}** rows were loaded, 212 were refused.\n\n| region | rows | refused |\n| --- | --: | --: |\n\
         | Europe | 8,002 | 212 |\n| America | 4,002 | 0 |\n\n- ask the *warehouse* team about column `amount`\n- see [the runbook](https://example.com/runbook)\n"
    );
    Artifact::markdown(text)
        .key("orders-report")
        .description("What the import did.")
        .create()
        .await?;
    let refused = [Row { row: 17, amount: "n/a" }, Row { row: 19, amount: "" }];
    Artifact::table(&refused)
        .key("refused-rows")
        .description("Rows that are no orders.")
        .create()
        .await?;
    Artifact::link("https://example.com/shop", "The shop").key("source").create().await?;
    Artifact::progress(62.5).key("loaded").description("How far it is.").create().await?;
    Artifact::image("https://example.com/map.png").key("map").create().await?;
    Ok(())
}

#[derive(Serialize)]
struct Row {
    row: u32,
    amount: &'static str,
}

/// Puts rows into the warehouse, in parts.
#[flow(name = "load-warehouse")]
async fn load_warehouse(rows: Vec<u32>) -> Result<u32> {
    let parts: Vec<_> = rows.chunks(3).map(|part| part.iter().sum::<u32>()).collect();
    let mut loads = Vec::new();
    for (part, rows) in (1..).zip(parts) {
        loads.push(load(part, rows).submit());
    }
    let mut all = 0;
    for load in loads {
        all += load.await?;
    }
    check_totals(all).await
}

/// Brings the orders of the day into the warehouse.
#[flow(name = "import-orders", log_prints)]
async fn import_orders(day: String) -> Result<u32> {
    println!("Importing the orders of {day}");
    let files = list_files(day).await?;
    let fetched: Vec<_> = files.into_iter().map(|file| fetch::submit(file)).collect();
    let cleaned: Vec<_> = fetched.iter().map(|fetched| clean::submit(fetched)).collect();
    let mut rows = Vec::new();
    for cleaned in cleaned {
        rows.push(cleaned.await?);
    }
    let loaded = load_warehouse(rows).await?;
    report(loaded).await?;
    println!("Loaded {loaded} rows");
    Ok(loaded)
}

#[task(retries = 1, retry_delay_seconds = 0.1)]
async fn validate(rows: u32) -> Result<()> {
    let log = run_logger();
    log.warning("212 rows have an amount that is no number");
    log.error("the warehouse takes none of them");
    Err(Refused { rows, first: 17 }.into())
}

/// Checks what the shop says it has sold.
#[flow(name = "check-orders")]
async fn check_orders() -> Result<()> {
    let files = list_files("25 November".to_owned()).await?;
    validate(files.len() as u32 * 17).await
}

/// What a person is asked before a release.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(crate = "tidegate::schemars")]
struct Approval {
    /// Whether it goes out.
    approved: bool,
    /// Who decides.
    #[schemars(length(min = 2, max = 40))]
    name: String,
    /// How many machines get it first.
    #[schemars(range(min = 1, max = 50))]
    machines: u32,
    /// Why, for those who read it later.
    #[serde(default)]
    comment: String,
}

#[task]
async fn build(version: String) -> Result<u64> {
    pass(40).await;
    run_logger().info(format!("built {version}"));
    Ok(3_141_592)
}

#[task]
async fn publish(version: String, machines: u32) -> Result<()> {
    run_logger().info(format!("published {version} on {machines} machines"));
    Ok(())
}

/// Builds a version, asks a person, and publishes it.
#[flow]
async fn release(version: String) -> Result<String> {
    say_id();
    build(version.clone()).await?;
    let approval = pause_flow_run()
        .wait_for_input::<Approval>()
        .description(format!("Shall **{version}** go out to customers?"))
        .timeout("1d")
        .await?;
    if !approval.approved {
        return Ok(format!("{} held it back", approval.name));
    }
    publish(version, approval.machines).await?;
    println!("approved by {} for {}: {}", approval.name, approval.machines, approval.comment);
    Ok(approval.name)
}

#[task(task_run_name = "batch-{number}")]
async fn batch(number: u32) -> Result<u32> {
    run_logger().info(format!("batch {number} is in"));
    Ok(number)
}

/// Takes in batches as they arrive, until it is told that there are no more.
#[flow]
async fn ingest(mut told: Told) -> Result<u32> {
    say_id();
    let mut number = 0;
    while let Some(line) = told.recv().await {
        if line == "end" {
            break;
        }
        number += 1;
        batch(number).await?;
    }
    Ok(number)
}

/// Watches, until it is told to stop or is cancelled.
#[flow(name = "watch-prices")]
async fn watch(mut told: Told) -> Result<()> {
    say_id();
    batch(1).await?;
    told.recv().await;
    Ok(())
}

/// Fits a model for each region, as long as it is let.
#[flow(name = "refresh-forecast")]
async fn refresh_forecast() -> Result<()> {
    let regions = ["north", "east", "south", "west"].map(|region| fit(region.to_owned()).submit());
    for region in regions {
        region.await?;
    }
    Ok(())
}

#[task(tags = ["gpu"], task_run_name = "fit-{region}")]
async fn fit(region: String) -> Result<()> {
    run_logger().info(format!("fitting {region}"));
    std::future::pending::<()>().await;
    Ok(())
}

/// Where people are told that something needs them.
#[derive(Serialize, Deserialize, JsonSchema, Block)]
#[schemars(crate = "tidegate::schemars")]
struct AlertChannel {
    /// Where messages are sent.
    #[schemars(url)]
    url: String,
    /// What lets us in.
    token: Secret,
    /// How urgent what goes there is.
    urgency: Urgency,
    /// How many messages an hour are sent at most.
    #[schemars(range(min = 1, max = 600))]
    hourly: u32,
    /// What stands before each message.
    #[serde(default)]
    prefix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "tidegate::schemars")]
enum Urgency {
    Night,
    Day,
    Week,
}

/// The database that orders are loaded into.
#[derive(Serialize, Deserialize, JsonSchema, Block)]
#[schemars(crate = "tidegate::schemars")]
struct Warehouse {
    /// Its host.
    host: String,
    /// Its port.
    port: u16,
    /// Who loads.
    user: String,
    /// Their password.
    password: Secret,
}

/// Saves a block of each type, so that the types are known.
async fn blocks() -> Result<()> {
    let channel = AlertChannel {
        url: "https://alerts.example.com/hooks/orders".to_owned(),
        token: Secret::new("s3same-open".to_owned()),
        urgency: Urgency::Night,
        hourly: 20,
        prefix: Some("[orders]".to_owned()),
    };
    channel.save_overwrite("on-call").await?;
    let warehouse = Warehouse {
        host: "warehouse.internal".to_owned(),
        port: 5432,
        user: "loader".to_owned(),
        password: Secret::new("c0rrect-horse".to_owned()),
    };
    warehouse.save_overwrite("main").await.map(drop)
}

/// Makes the types known.
async fn types() -> Result<()> {
    blocks().await?;
    println!("known");
    Ok(())
}

/// Loads what a person has made, as a program does that needs it.
async fn load_alerts() -> Result<()> {
    let channel = AlertChannel::load("by-hand").await?;
    println!("url {}", channel.url);
    println!("token is right: {}", channel.token.expose() == "0pen-s3same");
    println!(
        "urgency {:?}, {} an hour, prefix {:?}",
        channel.urgency, channel.hourly, channel.prefix
    );
    Ok(())
}

/// The flows of a day: what they have done, one that waits for a person, one that goes on, and one that waits for slots.
async fn day(mut told: Told) -> Result<()> {
    let engine = Engine::current()?;
    let limits = engine.concurrency_limits();
    limits.set(ConcurrencyLimit::for_tag("gpu", 2)).await?;
    limits.set(ConcurrencyLimit::for_tag("http", 6)).await?;
    limits.set(ConcurrencyLimit::new("warehouse", 2)).await?;
    limits.set(ConcurrencyLimit::new("shop-api", 10).slot_decay_per_second(5.0)).await?;
    Variable::set("batch-size", 500).tags(["import"]).await?;
    Variable::set("regions", ["north", "east", "south", "west"]).tags(["forecast"]).await?;
    Variable::set("message-of-the-day", "The warehouse moves on Sunday").await?;
    blocks().await?;
    let _ = check_orders().named("honest-badger").await;
    import_orders("25 November".to_owned()).named("noisy-raccoon").await?;
    let waits = release("2.14.0".to_owned()).named("patient-heron").submit();
    let goes_on = refresh_forecast().named("busy-beaver").submit();
    let paused = || waits.state().is_some_and(|state| state.name == "Paused");
    let fits = || async {
        let fits = engine.runs().task("fit").list().await?;
        Ok::<_, tidegate::Error>(fits.len() == 2)
    };
    while !(paused() && fits().await?) {
        pass(10).await;
    }
    println!("ready");
    told.recv().await;
    waits.cancel();
    goes_on.cancel();
    Ok(())
}
