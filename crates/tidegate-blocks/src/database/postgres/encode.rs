//! Values on their way to a server, in its text form: so the server reads each as the type that the statement asks for.

use std::error::Error as StdError;
use std::fmt::Write;

use tidegate::SqlValue;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

/// A value that is bound to a statement.
#[derive(Debug)]
pub(super) struct Bound<'a>(pub(super) &'a SqlValue);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self.0 {
            SqlValue::Null => return Ok(IsNull::Yes),
            SqlValue::Integer(value) => write!(out, "{value}")?,
            SqlValue::Real(value) => write!(out, "{value}")?,
            SqlValue::Text(value) => out.write_str(value)?,
            SqlValue::Blob(value) => {
                out.write_str("\\x")?;
                value.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
