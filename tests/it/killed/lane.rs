//! Starts processes on one database and kills them, one after the other, at moments that dice choose. It keeps what they said.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tidegate::RunId;

use super::journal::Line;
use super::workload::Orders;
use crate::child::{Child, Started};
use crate::proof::seed_of;

/// Starts a process of the test.
pub(crate) type Start<'a> = &'a (dyn Fn(Child) -> Started + Sync);

/// So long a process may say nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// So long a process that lives is given to go on with the runs of one that died, which takes a second.
const WATCHED: Duration = Duration::from_secs(5);

/// See the module.
pub(crate) struct Lane<'a> {
    start: Start<'a>,
    home: &'a Path,
    seed: u64,
    dice: fastrand::Rng,
    started: u32,
    living: BTreeMap<u32, Living>,
    sender: Sender<(u32, Heard)>,
    heard: Receiver<(u32, Heard)>,
    /// Flow runs under way that are recovered, and which processes began their bodies, the last one last.
    underway: BTreeMap<RunId, Vec<u32>>,
    pub(crate) said: Said,
}

/// What the processes said and suffered.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// What a parent knows: what it read.
    pub(crate) lines: Vec<Line>,
    pub(crate) kills: usize,
    /// Kills while another process lived on.
    pub(crate) survived: usize,
    /// Flow runs that a process went on with which was there before theirs was killed.
    pub(crate) taken_over: usize,
    /// Kills before a process had said anything.
    pub(crate) early: usize,
}

impl Said {
    pub(crate) fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.survived += other.survived;
        self.taken_over += other.taken_over;
        self.early += other.early;
    }
}

struct Living {
    process: Started,
    reader: JoinHandle<()>,
    lines: usize,
}

enum Heard {
    Line(Line),
    End,
}

/// When a process is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// So long after it was started, or after it was chosen.
    After(Duration),
    /// When it has said so many lines more.
    Lines(u32),
}

impl<'a> Lane<'a> {
    pub(crate) fn new(start: Start<'a>, home: &'a Path, seed: u64) -> Self {
        let (sender, heard) = channel();
        Self {
            start,
            home,
            seed,
            dice: crate::proof::dice(seed),
            started: 0,
            living: BTreeMap::new(),
            sender,
            heard,
            underway: BTreeMap::new(),
            said: Said::default(),
        }
    }

    /// Kills so many processes.
    pub(crate) fn kill(&mut self, times: usize) -> Result<(), String> {
        let mut wanted = 1;
        while self.said.kills < times {
            while self.living.len() < wanted {
                self.begin(false, Vec::new());
            }
            let victims: Vec<_> = self.living.keys().copied().collect();
            let victim = victims[self.dice.usize(..victims.len())];
            // The first ones may be killed while they make the database.
            let moment = match self.dice.u8(0..8) {
                chance if chance < 2 || self.said.kills < 3 => {
                    Moment::After(Duration::from_micros(self.dice.u64(0..50_000)))
                }
                _ => Moment::Lines(self.dice.u32(1..50)),
            };
            self.wait_for(victim, moment)?;
            self.kill_one(victim)?;
            if !self.living.is_empty() {
                self.said.survived += 1;
                if self.dice.u8(0..5) == 0 {
                    self.watch_survivors(victim)?;
                }
            }
            wanted = if self.dice.u8(0..4) == 0 { 2 } else { 1 };
        }
        let left: Vec<_> = self.living.keys().copied().collect();
        left.into_iter().try_for_each(|number| self.kill_one(number))
    }

    /// Has a last process finish what can be finished, and resume these flow runs by name.
    pub(crate) fn drain(&mut self, resumes: Vec<RunId>) -> Result<(), String> {
        let number = self.begin(true, resumes);
        loop {
            match self.hear(PATIENCE)? {
                Some((_, Heard::Line(line))) => self.keep(number, line)?,
                Some((_, Heard::End)) => break,
                None => return Err(self.wrong("the last process hangs")),
            }
        }
        let living = self.living.remove(&number).unwrap();
        living.reader.join().unwrap();
        let left = living.process.wait_for_rest();
        if left.code == Some(0) { Ok(()) } else { Err(self.wrong("the last process failed")) }
    }

    fn begin(&mut self, drains: bool, resumes: Vec<RunId>) -> u32 {
        let number = self.started;
        self.started += 1;
        let seed = seed_of(self.seed, number as usize + 1);
        let orders = Orders { number, seed, drains, resumes };
        let log = OpenOptions::new().create(true).append(true).open(self.home.join("log")).unwrap();
        let durability = if self.dice.bool() { "full" } else { "process" };
        let mut child = Child::at(self.home)
            .env("TIDEGATE_DURABILITY", durability)
            .env("TIDEGATE_LOGGING_LEVEL", "WARNING")
            .log_to(log);
        for (name, value) in orders.variables() {
            child = child.env(name, value);
        }
        let mut process = (self.start)(child);
        let output = BufReader::new(process.take_output());
        let sender = self.sender.clone();
        let reader = std::thread::spawn(move || {
            for line in output.split(b'\n').map_while(Result::ok) {
                if let Some(line) = Line::read(&String::from_utf8_lossy(&line)) {
                    sender.send((number, Heard::Line(line))).unwrap();
                }
            }
            sender.send((number, Heard::End)).unwrap();
        });
        self.living.insert(number, Living { process, reader, lines: 0 });
        number
    }

    /// What is heard next, if anything is within this time.
    fn hear(&mut self, patience: Duration) -> Result<Option<(u32, Heard)>, String> {
        match self.heard.recv_timeout(patience) {
            Ok(heard) => Ok(Some(heard)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err("nobody can be heard any more".to_owned()),
        }
    }

    fn keep(&mut self, number: u32, line: Line) -> Result<(), String> {
        match &line {
            Line::Wrong(what) => return Err(self.wrong(&format!("process {number}: {what}"))),
            Line::Entered { flow, recovers: true, .. } => {
                let at = self.underway.entry(*flow).or_default();
                if at.last() != Some(&number) {
                    at.push(number);
                }
            }
            Line::Completed { flow, .. } => {
                self.underway.remove(flow);
            }
            Line::Entered { .. }
            | Line::Ran { .. }
            | Line::Acknowledged { .. }
            | Line::Resumes { .. } => {}
        }
        if let Some(living) = self.living.get_mut(&number) {
            living.lines += 1;
        }
        self.said.lines.push(line);
        Ok(())
    }

    /// Waits until it is time to kill a process. Any process may be heard meanwhile, and none may end.
    fn wait_for(&mut self, victim: u32, moment: Moment) -> Result<(), String> {
        let (deadline, mut lines) = match moment {
            Moment::After(time) => (Instant::now() + time, u32::MAX),
            Moment::Lines(lines) => (Instant::now() + PATIENCE, lines),
        };
        while lines > 0 {
            match self.hear(deadline.saturating_duration_since(Instant::now()))? {
                Some((number, Heard::Line(line))) => {
                    self.keep(number, line)?;
                    lines -= u32::from(number == victim);
                }
                Some((number, Heard::End)) => {
                    return Err(self.wrong(&format!("process {number} ended by itself")));
                }
                None if matches!(moment, Moment::After(_)) => return Ok(()),
                None => return Err(self.wrong(&format!("process {victim} hangs"))),
            }
        }
        Ok(())
    }

    /// Kills a process, and hears what it had said.
    fn kill_one(&mut self, victim: u32) -> Result<(), String> {
        let living = self.living.remove(&victim).unwrap();
        let status = living.process.kill();
        if status.code().is_some() {
            return Err(self.wrong(&format!("process {victim} ended by itself: {status}")));
        }
        let heard_before = self.said.lines.len();
        living.reader.join().unwrap();
        loop {
            match self.hear(PATIENCE)? {
                Some((number, Heard::Line(line))) => self.keep(number, line)?,
                Some((number, Heard::End)) if number == victim => break,
                Some((number, Heard::End)) => {
                    return Err(self.wrong(&format!("process {number} ended by itself")));
                }
                None => unreachable!("its reader has ended"),
            }
        }
        self.said.kills += 1;
        let said_nothing = living.lines == 0 && self.said.lines.len() == heard_before;
        self.said.early += usize::from(said_nothing);
        Ok(())
    }

    /// Waits until one that lives goes on with a run of one that was killed.
    fn watch_survivors(&mut self, killed: u32) -> Result<(), String> {
        let is_orphan = |at: &Vec<u32>| at.last() == Some(&killed) && at.len() <= 3;
        let orphans: BTreeSet<RunId> =
            self.underway.iter().filter(|(_, at)| is_orphan(at)).map(|(flow, _)| *flow).collect();
        let deadline = Instant::now() + WATCHED;
        let mut waiting = !orphans.is_empty();
        while waiting {
            match self.hear(deadline.saturating_duration_since(Instant::now()))? {
                Some((number, Heard::Line(line))) => {
                    if let Line::Entered { flow, .. } = line
                        && orphans.contains(&flow)
                    {
                        self.said.taken_over += 1;
                        waiting = false;
                    }
                    self.keep(number, line)?;
                }
                Some((number, Heard::End)) => {
                    return Err(self.wrong(&format!("process {number} ended by itself")));
                }
                // They were completed, and it was killed before it could say so.
                None => waiting = false,
            }
        }
        Ok(())
    }

    /// What went wrong, with the end of the log.
    fn wrong(&self, what: &str) -> String {
        let log = std::fs::read_to_string(self.home.join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let tail = &lines[lines.len().saturating_sub(30)..];
        format!("{what}\nafter {} kills; the log ends:\n{}", self.said.kills, tail.join("\n"))
    }
}

impl Drop for Lane<'_> {
    /// No process outlives a proof that fails.
    fn drop(&mut self) {
        for (_, living) in std::mem::take(&mut self.living) {
            let _ = living.process.kill();
            let _ = living.reader.join();
        }
    }
}
