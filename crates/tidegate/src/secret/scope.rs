//! What writing a secret with serde gives, which depends on what it is written for. Whatever is not known to be safe gets the mask.

#[cfg(feature = "blocks")]
use std::cell::Cell;

/// What a secret is written as.
#[cfg(feature = "blocks")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The mask.
    Masked,
    /// The value: what is written is encrypted or hashed, and never leaves.
    Exposed,
    /// An error: what is written is read back one day, and the mask must not be taken for the value.
    Refused,
}

#[cfg(feature = "blocks")]
thread_local! {
    static FORM: Cell<Form> = const { Cell::new(Form::Masked) };
}

/// What a secret is written as now, on this thread.
#[cfg(feature = "blocks")]
pub(super) fn form() -> Form {
    FORM.get()
}

/// Writes secrets as they are, for whoever encrypts or hashes what is written.
#[cfg(feature = "blocks")]
pub(crate) fn exposed<R>(write: impl FnOnce() -> R) -> R {
    within(Form::Exposed, write)
}

/// Has a secret refuse to be written.
#[cfg(feature = "blocks")]
pub(crate) fn refused<R>(write: impl FnOnce() -> R) -> R {
    within(Form::Refused, write)
}

/// Without secrets there is nothing to expose.
#[cfg(not(feature = "blocks"))]
pub(crate) fn exposed<R>(write: impl FnOnce() -> R) -> R {
    write()
}

/// Without secrets there is nothing to refuse.
#[cfg(not(feature = "blocks"))]
pub(crate) fn refused<R>(write: impl FnOnce() -> R) -> R {
    write()
}

#[cfg(feature = "blocks")]
fn within<R>(form: Form, write: impl FnOnce() -> R) -> R {
    let _restored = Restored(FORM.replace(form));
    write()
}

/// Puts the form back that there was, after a panic too.
#[cfg(feature = "blocks")]
struct Restored(Form);

#[cfg(feature = "blocks")]
impl Drop for Restored {
    fn drop(&mut self) {
        FORM.set(self.0);
    }
}
