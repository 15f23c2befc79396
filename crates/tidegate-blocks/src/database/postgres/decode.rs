//! Values on their way from a server, in its binary form. A type that is not known here is an error which says to cast it.

use std::error::Error as StdError;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta};
use tidegate::store::SqlErrorKind;
use tidegate::{SqlError, SqlValue};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Kind, Type};

/// The values of a row.
pub(super) fn row(sql: &str, row: &Row) -> Result<Vec<SqlValue>, SqlError> {
    let columns = row.columns().iter().enumerate();
    let values = columns.map(|(at, column)| {
        let value = row.try_get::<_, Option<Taken>>(at).map_err(|error| {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            SqlError::of(
                sql,
                SqlErrorKind::Type,
                format!("its column `{}` is {why}", column.name()),
            )
        })?;
        Ok(value.map_or(SqlValue::Null, |Taken(value)| value))
    });
    values.collect()
}

/// A value that was read.
struct Taken(SqlValue);

type Trouble = Box<dyn StdError + Sync + Send>;

impl<'a> FromSql<'a> for Taken {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Trouble> {
        read(ty, raw).map(Taken)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn read(ty: &Type, raw: &[u8]) -> Result<SqlValue, Trouble> {
    Ok(match *ty {
        Type::BOOL => SqlValue::Integer(bool::from_sql(ty, raw)?.into()),
        Type::INT2 => SqlValue::Integer(i16::from_sql(ty, raw)?.into()),
        Type::INT4 => SqlValue::Integer(i32::from_sql(ty, raw)?.into()),
        Type::INT8 => SqlValue::Integer(i64::from_sql(ty, raw)?),
        Type::OID => SqlValue::Integer(u32::from_sql(ty, raw)?.into()),
        Type::FLOAT4 => SqlValue::Real(f32::from_sql(ty, raw)?.into()),
        Type::FLOAT8 => SqlValue::Real(f64::from_sql(ty, raw)?),
        Type::BYTEA => SqlValue::Blob(raw.to_vec()),
        Type::TEXT
        | Type::VARCHAR
        | Type::BPCHAR
        | Type::NAME
        | Type::UNKNOWN
        | Type::JSON
        | Type::XML => SqlValue::Text(text(raw)?),
        // Behind a byte that tells the version of the form.
        Type::JSONB => SqlValue::Text(text(raw.get(1..).unwrap_or_default())?),
        Type::UUID => SqlValue::Text(uuid(raw)),
        Type::NUMERIC => SqlValue::Text(numeric(raw)?),
        Type::DATE => SqlValue::Text(date(i32::from_be_bytes(raw.try_into()?))?),
        Type::TIMESTAMP => SqlValue::Text(time(raw)?.format("%Y-%m-%dT%H:%M:%S%.f").to_string()),
        Type::TIMESTAMPTZ => SqlValue::Text(time(raw)?.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()),
        Type::VOID => SqlValue::Null,
        _ if matches!(ty.kind(), Kind::Enum(_)) => SqlValue::Text(text(raw)?),
        _ => {
            return Err(format!(
                "of the type {ty}; cast it in the statement, as in `column::text`"
            )
            .into());
        }
    })
}

fn text(raw: &[u8]) -> Result<String, Trouble> {
    Ok(str::from_utf8(raw)?.to_owned())
}

fn uuid(raw: &[u8]) -> String {
    let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    let places = [0..8, 8..12, 12..16, 16..20, 20..32];
    places.map(|place| hex.get(place).unwrap_or_default()).join("-")
}

/// The first moment and day that a server counts from.
fn epoch() -> NaiveDateTime {
    DateTime::from_timestamp(946_684_800, 0).expect("the year 2000 is within range").naive_utc()
}

fn time(raw: &[u8]) -> Result<NaiveDateTime, Trouble> {
    let microseconds = i64::from_be_bytes(raw.try_into()?);
    let time = epoch().checked_add_signed(TimeDelta::microseconds(microseconds));
    time.ok_or_else(|| "a time that is beyond all calendars; cast it to text".into())
}

fn date(days: i32) -> Result<String, Trouble> {
    let first: NaiveDate = epoch().date();
    let distance = Days::new(days.unsigned_abs().into());
    let date =
        if days < 0 { first.checked_sub_days(distance) } else { first.checked_add_days(distance) };
    let date = date.ok_or("a day that is beyond all calendars; cast it to text")?;
    Ok(date.format("%Y-%m-%d").to_string())
}

/// A decimal number: how many groups of four digits, how many stand before the point, the sign, how many digits are told behind it.
fn numeric(raw: &[u8]) -> Result<String, Trouble> {
    let numbers: Vec<i16> =
        raw.chunks_exact(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]])).collect();
    let [_, weight, sign, scale, groups @ ..] = &*numbers else {
        return Err("a number in a form that is not known".into());
    };
    match sign.cast_unsigned() {
        0xc000 => return Ok("NaN".to_owned()),
        0xd000 => return Ok("Infinity".to_owned()),
        0xf000 => return Ok("-Infinity".to_owned()),
        _ => {}
    }
    let group =
        |at: i16| usize::try_from(at).ok().and_then(|at| groups.get(at)).copied().unwrap_or(0);
    let mut whole: String = (0..=*weight).map(|at| format!("{:04}", group(at))).collect();
    whole = whole.trim_start_matches('0').to_owned();
    if whole.is_empty() {
        whole.push('0');
    }
    if sign.cast_unsigned() == 0x4000 {
        whole.insert(0, '-');
    }
    let scale = usize::try_from(*scale)?;
    if scale > 0 {
        let behind = (0..).map(|at: i16| format!("{:04}", group(weight + 1 + at)));
        let digits: String = behind.take(scale.div_ceil(4)).collect();
        whole.push('.');
        whole.push_str(&digits[..scale]);
    }
    Ok(whole)
}
