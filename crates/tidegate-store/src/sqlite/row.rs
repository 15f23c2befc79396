//! Writing and reading the columns of a row, one after the other, with a checksum over them as the last. Each table
//! says in one place which columns it has; nothing here knows any of them.

use rusqlite::Statement;
use rusqlite::types::{FromSqlError, ValueRef};
use tidegate_core::Timestamp;
use tidegate_core::graph::InvalidCallPlace;
use uuid::Uuid;

use super::checksum::Checksum;

/// Binds columns to the parameters of a statement, from `?1` on.
pub(super) struct RowWriter<'a, 'connection> {
    statement: &'a mut Statement<'connection>,
    index: usize,
    checksum: Checksum,
}

/// Takes columns from a row of an answer, from the first on.
pub(super) struct RowReader<'a, 'statement> {
    row: &'a rusqlite::Row<'statement>,
    index: usize,
    checksum: Checksum,
}

/// Why a row cannot be what was stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnreadableRow {
    #[error("its checksum is wrong")]
    Checksum,
    #[error("column {0} does not hold what it should")]
    Column(usize),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Place(#[from] InvalidCallPlace),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

impl<'a, 'connection> RowWriter<'a, 'connection> {
    pub(super) fn new(statement: &'a mut Statement<'connection>) -> Self {
        Self { statement, index: 0, checksum: Checksum::new() }
    }

    fn bind(&mut self, value: impl rusqlite::ToSql) -> rusqlite::Result<()> {
        self.index += 1;
        self.statement.raw_bind_parameter(self.index, value)
    }

    pub(super) fn integer(&mut self, value: i64) -> rusqlite::Result<()> {
        self.checksum.integer(value);
        self.bind(value)
    }

    pub(super) fn real(&mut self, value: f64) -> rusqlite::Result<()> {
        self.checksum.integer(value.to_bits().cast_signed());
        self.bind(value)
    }

    pub(super) fn optional_integer(&mut self, value: Option<i64>) -> rusqlite::Result<()> {
        match value {
            Some(value) => self.integer(value),
            None => {
                self.checksum.null();
                self.bind(rusqlite::types::Null)
            }
        }
    }

    pub(super) fn text(&mut self, text: &str) -> rusqlite::Result<()> {
        self.checksum.bytes(text.as_bytes());
        self.bind(text)
    }

    pub(super) fn optional_text(&mut self, text: Option<&str>) -> rusqlite::Result<()> {
        match text {
            Some(text) => self.text(text),
            None => self.optional_integer(None),
        }
    }

    pub(super) fn optional_uuid(&mut self, uuid: Option<&Uuid>) -> rusqlite::Result<()> {
        self.optional_bytes(uuid.map(|uuid| uuid.as_bytes().as_slice()))
    }

    pub(super) fn optional_bytes(&mut self, bytes: Option<&[u8]>) -> rusqlite::Result<()> {
        match bytes {
            Some(bytes) => {
                self.checksum.bytes(bytes);
                self.bind(bytes)
            }
            None => self.optional_integer(None),
        }
    }

    pub(super) fn optional_time(&mut self, time: Option<Timestamp>) -> rusqlite::Result<()> {
        self.optional_integer(time.map(|time| time.timestamp_micros()))
    }

    /// Binds the checksum and executes the statement.
    pub(super) fn execute(mut self) -> rusqlite::Result<usize> {
        let checksum = self.checksum.finish();
        self.bind(checksum)?;
        self.statement.raw_execute()
    }
}

impl<'a, 'statement> RowReader<'a, 'statement> {
    pub(super) fn new(row: &'a rusqlite::Row<'statement>) -> Self {
        Self { row, index: 0, checksum: Checksum::new() }
    }

    fn next(&mut self) -> Result<ValueRef<'a>, UnreadableRow> {
        let value = self.row.get_ref(self.index)?;
        self.index += 1;
        Ok(value)
    }

    fn wrong(&self) -> UnreadableRow {
        UnreadableRow::Column(self.index)
    }

    pub(super) fn optional_integer(&mut self) -> Result<Option<i64>, UnreadableRow> {
        let value = self.next()?.as_i64_or_null().map_err(|_| self.wrong())?;
        match value {
            Some(value) => self.checksum.integer(value),
            None => self.checksum.null(),
        }
        Ok(value)
    }

    pub(super) fn integer(&mut self) -> Result<i64, UnreadableRow> {
        self.optional_integer()?.ok_or_else(|| self.wrong())
    }

    pub(super) fn small<T: TryFrom<i64>>(&mut self) -> Result<T, UnreadableRow> {
        let value = self.integer()?;
        value.try_into().map_err(|_| self.wrong())
    }

    pub(super) fn real(&mut self) -> Result<f64, UnreadableRow> {
        let value = self.next()?.as_f64().map_err(|_| self.wrong())?;
        self.checksum.integer(value.to_bits().cast_signed());
        Ok(value)
    }

    pub(super) fn optional_text(&mut self) -> Result<Option<&'a str>, UnreadableRow> {
        let text = self.next()?.as_str_or_null().map_err(|_| self.wrong())?;
        match text {
            Some(text) => self.checksum.bytes(text.as_bytes()),
            None => self.checksum.null(),
        }
        Ok(text)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, UnreadableRow> {
        self.optional_text()?.ok_or_else(|| self.wrong())
    }

    pub(super) fn optional_uuid<T: From<Uuid>>(&mut self) -> Result<Option<T>, UnreadableRow> {
        Ok(self.optional_bytes()?.map(|bytes: [u8; 16]| Uuid::from_bytes(bytes).into()))
    }

    pub(super) fn optional_bytes<const N: usize>(
        &mut self,
    ) -> Result<Option<[u8; N]>, UnreadableRow> {
        let Some(bytes) = self.next()?.as_blob_or_null().map_err(|_| self.wrong())? else {
            self.checksum.null();
            return Ok(None);
        };
        self.checksum.bytes(bytes);
        bytes.try_into().map(Some).map_err(|_| self.wrong())
    }

    /// Bytes of any number.
    pub(super) fn optional_blob(&mut self) -> Result<Option<&'a [u8]>, UnreadableRow> {
        let bytes = self.next()?.as_blob_or_null().map_err(|_| self.wrong())?;
        match bytes {
            Some(bytes) => self.checksum.bytes(bytes),
            None => self.checksum.null(),
        }
        Ok(bytes)
    }

    pub(super) fn optional_time(&mut self) -> Result<Option<Timestamp>, UnreadableRow> {
        let Some(micros) = self.optional_integer()? else { return Ok(None) };
        time(micros).map(Some).ok_or_else(|| self.wrong())
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, UnreadableRow> {
        self.optional_time()?.ok_or_else(|| self.wrong())
    }

    /// Compares the checksum, which is the last column.
    pub(super) fn finish(mut self) -> Result<(), UnreadableRow> {
        let computed = self.checksum.finish();
        let stored = self.next()?.as_i64().map_err(|_: FromSqlError| self.wrong())?;
        if stored == computed { Ok(()) } else { Err(UnreadableRow::Checksum) }
    }
}

/// The time of so many microseconds since 1970.
pub(super) fn time(micros: i64) -> Option<Timestamp> {
    Timestamp::from_timestamp_micros(micros)
}
