//! Letters by SMTP. How to reach a server is one block, and whom to write to another.

mod letter;
mod server;

pub use letter::SmtpEmail;
pub use server::{EmailServerCredentials, SmtpType};
