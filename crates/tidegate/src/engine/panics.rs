//! Panics of user code, made into failures that say where. Installed once; the panic hook that was there before is
//! still called.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, UnwindSafe};
use std::sync::Once;

use futures_util::FutureExt;

use crate::error::Result;
use crate::redact;

/// A panic of user code.
#[derive(Clone, Debug)]
pub(crate) struct Panic {
    message: String,
    location: Option<String>,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "panicked at {location}: {}", self.message),
            None => write!(f, "panicked: {}", self.message),
        }
    }
}

impl std::error::Error for Panic {}

thread_local! {
    static LAST_LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn remember_locations() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let location = info.location().map(ToString::to_string);
            // The thread may be ending; then there is nobody to tell.
            let _ = LAST_LOCATION.try_with(|last| {
                if let Ok(mut last) = last.try_borrow_mut() {
                    *last = location;
                }
            });
            match text_of(info.payload()) {
                Some(text) if redact::is_in(text.as_bytes()) => print_redacted(info, text),
                Some(_) | None => previous(info),
            }
        }));
    });
}

/// What a panic says, if that is text.
fn text_of(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// Prints what the hook that was there before would print with the secret in it.
fn print_redacted(info: &PanicHookInfo<'_>, text: &str) {
    let thread = std::thread::current();
    let name = redact::redact(thread.name().unwrap_or("<unnamed>"));
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let text = redact::redact(text);
    // A console that is gone is no reason to panic in a panic.
    let _ = writeln!(io::stderr(), "\nthread '{name}' panicked at {place}:\n{text}");
}

/// Calls code of the user that describes something; its panic is an error like any other.
pub(crate) fn caught<R>(function: impl FnOnce() -> R) -> Result<R> {
    Ok(Panic::catch_sync(function)?)
}

impl Panic {
    /// Runs a future, and gives its panic if it panics.
    pub(crate) async fn catch<F: Future>(future: F) -> std::result::Result<F::Output, Self> {
        remember_locations();
        AssertUnwindSafe(future).catch_unwind().await.map_err(Self::from_payload)
    }

    /// Calls a function, and gives its panic if it panics.
    pub(super) fn catch_sync<R>(function: impl FnOnce() -> R) -> std::result::Result<R, Self> {
        remember_locations();
        let function: AssertUnwindSafe<_> = AssertUnwindSafe(function);
        Self::catch_unwind(function)
    }

    fn catch_unwind<R>(function: impl FnOnce() -> R + UnwindSafe) -> std::result::Result<R, Self> {
        panic::catch_unwind(function).map_err(Self::from_payload)
    }

    /// Lets a caught panic go on, to be caught again with its place intact.
    pub(crate) fn resume(self) -> ! {
        panic::resume_unwind(Box::new(self))
    }

    fn from_payload(payload: Box<dyn Any + Send>) -> Self {
        let payload = match payload.downcast::<Self>() {
            Ok(caught_before) => return *caught_before,
            Err(payload) => payload,
        };
        let message = text_of(&*payload).unwrap_or("a value that is not text");
        let message = redact::redact(message).into_owned();
        Self { message, location: LAST_LOCATION.with(RefCell::take) }
    }
}
