//! The bars at the foot of the terminal, and how log lines get above them: every line is printed while the bars are away. One terminal is one
//! thing, so this is one for the whole process.

use std::cell::Cell;
use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use tidegate_core::RunId;

use super::Bar;

/// How often the terminal is written to, whoever asks.
const HERTZ: u8 = 20;

/// So much of a name is shown.
const NAME: usize = 48;

/// There once bars may be drawn.
static FOOT: OnceLock<MultiProgress> = OnceLock::new();

/// The bars of one engine.
#[derive(Debug)]
pub(crate) struct Bars {
    foot: MultiProgress,
    shown: Mutex<Shown>,
}

#[derive(Debug, Default)]
struct Shown {
    bars: HashMap<Option<RunId>, ProgressBar>,
    /// Says that there are more.
    more: Option<ProgressBar>,
}

thread_local! {
    /// Whether this thread has taken the bars away already.
    static AWAY: Cell<bool> = const { Cell::new(false) };
}

/// Does something to the terminal, such as printing, while no bar is there.
pub(crate) fn without_bars<R>(print: impl FnOnce() -> R) -> R {
    let Some(foot) = FOOT.get().filter(|_| !AWAY.get()) else { return print() };
    // A panic must not go through what draws, which would never draw again.
    let printed = foot.suspend(|| {
        AWAY.set(true);
        let printed = catch_unwind(AssertUnwindSafe(print));
        AWAY.set(false);
        printed
    });
    printed.unwrap_or_else(|panic| resume_unwind(panic))
}

impl Bars {
    /// On standard error, which is a terminal.
    #[allow(clippy::unnecessary_wraps, reason = "without the feature there are none")]
    pub(crate) fn new() -> Option<Self> {
        let foot = FOOT.get_or_init(|| {
            let terminal = Box::new(Terminal(Term::buffered_stderr()));
            MultiProgress::with_draw_target(ProgressDrawTarget::term_like_with_hz(terminal, HERTZ))
        });
        Some(Self { foot: foot.clone(), shown: Mutex::default() })
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows these and no others, and that there are so many more.
    pub(crate) fn show(&self, bars: Vec<Bar>, more: usize) {
        let mut shown = self.shown();
        let shown = &mut *shown;
        if let Some(line) = shown.more.take_if(|_| more == 0) {
            self.take(&line);
        }
        shown.bars.retain(|key, bar| {
            let stays = bars.iter().any(|bar| bar.key == *key);
            if !stays {
                self.take(bar);
            }
            stays
        });
        for bar in bars {
            let on_terminal = shown.bars.entry(bar.key).or_insert_with(|| match &shown.more {
                Some(more) => self.foot.insert_before(more, line()),
                None => self.foot.add(line()),
            });
            update(on_terminal, &bar);
        }
        if more > 0 {
            let line = shown.more.get_or_insert_with(|| self.foot.add(line()));
            line.set_message(format!("and {more} more"));
            line.tick();
        }
    }

    /// Takes the bar of a run away, if it has one.
    pub(crate) fn remove(&self, run: RunId) {
        if let Some(bar) = self.shown().bars.remove(&Some(run)) {
            self.take(&bar);
        }
    }

    fn take(&self, bar: &ProgressBar) {
        bar.finish_and_clear();
        self.foot.remove(bar);
    }
}

/// A bar that nobody knows the length of.
fn line() -> ProgressBar {
    ProgressBar::no_length().with_style(style(false))
}

fn update(on_terminal: &ProgressBar, bar: &Bar) {
    if on_terminal.length().is_some() != bar.done.is_some() {
        on_terminal.set_style(style(bar.done.is_some()));
    }
    if let Some((ended, all)) = bar.done {
        on_terminal.set_length(all as u64);
        on_terminal.set_position(ended as u64);
    }
    on_terminal.set_prefix(short(&bar.of));
    on_terminal.set_message(short_line(&bar.note));
    on_terminal.tick();
}

/// A line of its own, whatever a name holds.
fn short_line(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

fn short(name: &str) -> String {
    let name = short_line(name);
    match name.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

fn style(has_length: bool) -> ProgressStyle {
    let template = match has_length {
        true => "{spinner} {prefix} {bar:24.cyan} {wide_msg}",
        false => "{spinner} {prefix} {wide_msg}",
    };
    ProgressStyle::with_template(template)
        .expect("a template that is written here")
        .progress_chars("━╸─")
}

/// Standard error. A terminal that is gone must not take the run with it, so what cannot be written is not.
#[derive(Debug)]
struct Terminal(Term);

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.0.size().1
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        let _ = self.0.move_cursor_up(n);
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        let _ = self.0.move_cursor_down(n);
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        let _ = self.0.move_cursor_right(n);
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        let _ = self.0.move_cursor_left(n);
        Ok(())
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        let _ = self.0.write_line(line);
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        let _ = self.0.write_str(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        let _ = self.0.clear_line();
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}
