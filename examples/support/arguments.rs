//! The command lines of the examples that have one.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::prelude::*;

/// What `weather_pipeline` is told to do.
#[derive(Clone, Debug, PartialEq)]
pub struct WeatherArguments {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// The file to write.
    pub out: PathBuf,
    /// Whether to leave the network alone.
    pub offline: bool,
    /// How many requests the server on this machine refuses at first.
    pub fail_first: u32,
}

const WEATHER: &str = "\
Fetches a weather forecast and saves it.

Usage: cargo run --example weather_pipeline -- [OPTIONS]

  --lat DEGREES     Degrees north [38.9]
  --lon DEGREES     Degrees east [-77.0]
  --out FILE        The file to write [weather.csv]
  --offline         Ask a server on this machine that knows one recorded forecast
  --fail-first N    Like --offline, and refuse the first N requests
  --help            Print this text";

impl WeatherArguments {
    /// Reads the command line of this process. Where it asks for help, prints that and ends the process.
    ///
    /// # Errors
    ///
    /// The command line has an option that is not known, or a value that is no number.
    pub fn from_command_line() -> Result<Self, lexopt::Error> {
        let mut arguments = Self {
            lat: 38.9,
            lon: -77.0,
            out: PathBuf::from("weather.csv"),
            offline: false,
            fail_first: 0,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("lat") => arguments.lat = number(&mut parser)?,
                Long("lon") => arguments.lon = number(&mut parser)?,
                Long("out") => arguments.out = parser.value()?.into(),
                Long("offline") => arguments.offline = true,
                Long("fail-first") => arguments.fail_first = number(&mut parser)?,
                Short('h') | Long("help") => help(WEATHER),
                Short(_) | Long(_) | Value(_) => return Err(argument.unexpected()),
            }
        }
        Ok(arguments)
    }
}

/// What `retries` is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryArguments {
    /// What the server's luck is made from.
    pub seed: u64,
}

const RETRIES: &str = "\
Places orders with a shop whose server fails half of the time.

Usage: cargo run --example retries -- [OPTIONS]

  --seed N    Where the server's luck starts; the same number gives the same luck [7]
  --help      Print this text";

impl RetryArguments {
    /// Reads the command line of this process. Where it asks for help, prints that and ends the process.
    ///
    /// # Errors
    ///
    /// The command line has an option that is not known, or a value that is no number.
    pub fn from_command_line() -> Result<Self, lexopt::Error> {
        let mut arguments = Self { seed: 7 };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("seed") => arguments.seed = number(&mut parser)?,
                Short('h') | Long("help") => help(RETRIES),
                Short(_) | Long(_) | Value(_) => return Err(argument.unexpected()),
            }
        }
        Ok(arguments)
    }
}

/// What `resume` is told to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BookArguments {
    /// How many pages the book has.
    pub pages: u32,
    /// How long a page takes.
    pub seconds: f64,
}

const RESUME: &str = "\
Translates a book, page by page, and goes on where it was killed.

Usage: cargo run --example resume -- [OPTIONS]

  --pages N      How many pages a new book has [10]
  --seconds S    How long a page of a new book takes [0.5]
  --help         Print this text";

impl BookArguments {
    /// Reads the command line of this process. Where it asks for help, prints that and ends the process.
    ///
    /// # Errors
    ///
    /// The command line has an option that is not known, or a value that is no number.
    pub fn from_command_line() -> Result<Self, lexopt::Error> {
        let mut arguments = Self { pages: 10, seconds: 0.5 };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("pages") => arguments.pages = number(&mut parser)?,
                Long("seconds") => arguments.seconds = number(&mut parser)?,
                Short('h') | Long("help") => help(RESUME),
                Short(_) | Long(_) | Value(_) => return Err(argument.unexpected()),
            }
        }
        Ok(arguments)
    }
}

/// What `pause_for_approval` is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalArguments {
    /// To answer its own question.
    Here,
    /// To leave the question to others.
    Leave,
    /// To approve of a flow run that was left.
    Approve {
        /// The id of the run.
        id: String,
        /// What is said of it.
        comment: String,
    },
}

const APPROVAL: &str = "\
Releases a version once a person has approved of it.

Usage: cargo run --example pause_for_approval -- [OPTIONS]

  --leave           Leave the question to another process, and say the id of the flow run
  --approve ID      Go on with a flow run that was left
  --comment TEXT    What is said of it [Well done.]
  --help            Print this text";

impl ApprovalArguments {
    /// Reads the command line of this process. Where it asks for help, prints that and ends the process.
    ///
    /// # Errors
    ///
    /// The command line has an option that is not known, or no value where one is needed.
    pub fn from_command_line() -> Result<Self, lexopt::Error> {
        let (mut leave, mut approve, mut said) = (false, None, "Well done.".to_owned());
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("leave") => leave = true,
                Long("approve") => approve = Some(parser.value()?.string()?),
                Long("comment") => said = parser.value()?.string()?,
                Short('h') | Long("help") => help(APPROVAL),
                Short(_) | Long(_) | Value(_) => return Err(argument.unexpected()),
            }
        }
        Ok(match approve {
            Some(id) => Self::Approve { id, comment: said },
            None if leave => Self::Leave,
            None => Self::Here,
        })
    }
}

/// What `caching` is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheArguments {
    /// How long it takes to compute what is not cached.
    pub takes: Duration,
}

const CACHING: &str = "\
Computes what is not cached yet, and takes the rest from earlier runs.

Usage: cargo run --example caching -- [OPTIONS]

  --seconds S    How long it takes to compute one thing [0.5]
  --help         Print this text";

impl CacheArguments {
    /// Reads the command line of this process. Where it asks for help, prints that and ends the process.
    ///
    /// # Errors
    ///
    /// The command line has an option that is not known, or a value that is no number.
    pub fn from_command_line() -> Result<Self, lexopt::Error> {
        let mut seconds = 0.5;
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("seconds") => seconds = number(&mut parser)?,
                Short('h') | Long("help") => help(CACHING),
                Short(_) | Long(_) | Value(_) => return Err(argument.unexpected()),
            }
        }
        let takes = Duration::try_from_secs_f64(seconds)
            .map_err(|error| lexopt::Error::Custom(error.into()))?;
        Ok(Self { takes })
    }
}

fn number<T: FromStr<Err: Into<Box<dyn std::error::Error + Send + Sync>>>>(
    parser: &mut lexopt::Parser,
) -> Result<T, lexopt::Error> {
    parser.value()?.parse()
}

fn help(text: &str) -> ! {
    println!("{text}");
    std::process::exit(0)
}
