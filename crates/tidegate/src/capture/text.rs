//! Text from `Debug` and `Display`, no longer and no deeper than a record may be. It stops the code that writes it by an error,
//! so that a value nested without end is not followed to its end.

use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::redact;

use super::{AROUND, LEVELS, Room, left_out, too_deep};

/// How much more than there is room for is written where there are secrets: as long as a secret may be.
const MORE: usize = 64 * 1024;

/// Text that is being written.
pub(super) struct Text<'a> {
    text: String,
    room: &'a Room,
    nesting: Nesting,
    /// Why it was cut, if it was.
    cut: Option<Cut>,
}

enum Cut {
    Full,
    TooDeep,
}

impl<'a> Text<'a> {
    /// What these arguments write, or as much of it as may be kept, and what is left out.
    pub(super) fn of(room: &'a Room, arguments: fmt::Arguments<'_>) -> String {
        if let Some(text) = arguments.as_str() {
            return room.cut(text);
        }
        room.take(AROUND);
        if !redact::is_active() {
            let (mut text, note) = Self::written(room, arguments);
            text.push_str(&note);
            return text;
        }
        // A secret that the end of the room would cut in half is masked before, so there is more room at first.
        let more = Room::of(room.0.get().saturating_add(MORE));
        let (mut text, mut note) = Text::written(&more, arguments);
        redact::redact_in_place(&mut text);
        let fitting = room.fitting(&text).len();
        if fitting < text.len() {
            text.truncate(fitting);
            note = left_out("the rest");
        }
        text + &note
    }

    /// What fits of what these arguments write, and what is to be noted of the rest.
    fn written(room: &'a Room, arguments: fmt::Arguments<'_>) -> (String, String) {
        let mut text = Self { text: String::new(), room, nesting: Nesting::default(), cut: None };
        // Nothing is looked at after a panic but the text, which is whole after every write.
        let written = catch_unwind(AssertUnwindSafe(|| text.write_fmt(arguments)));
        let note = match (&text.cut, written) {
            (Some(Cut::Full), _) => left_out("the rest"),
            (Some(Cut::TooDeep), _) => too_deep(),
            (None, Ok(Ok(()))) => String::new(),
            (None, Ok(Err(fmt::Error))) => left_out("its text ends in an error"),
            (None, Err(_panic)) => left_out("its text ends in a panic"),
        };
        (text.text, note)
    }
}

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.cut.is_some() {
            return Err(fmt::Error);
        }
        let deep = self.nesting.too_deep_at(text);
        let kept = &text[..deep.unwrap_or(text.len())];
        let fitting = self.room.fitting(kept);
        self.text.push_str(fitting);
        if fitting.len() < kept.len() {
            self.cut = Some(Cut::Full);
        } else if deep.is_some() {
            self.cut = Some(Cut::TooDeep);
        }
        if self.cut.is_some() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// How deep the brackets of debug text are nested; those in quoted text do not count.
#[derive(Default)]
struct Nesting {
    depth: usize,
    quoted: bool,
    escaped: bool,
}

impl Nesting {
    /// Where in the text the nesting becomes too deep.
    fn too_deep_at(&mut self, text: &str) -> Option<usize> {
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.quoted => self.escaped = true,
                b'"' => self.quoted = !self.quoted,
                _ if self.quoted => {}
                b'(' | b'[' | b'{' if self.depth == LEVELS => return Some(at),
                b'(' | b'[' | b'{' => self.depth += 1,
                b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }
}
