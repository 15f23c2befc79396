//! Where `weather_pipeline` asks for a forecast: api.open-meteo.com, or, where that cannot be reached, a server on this
//! machine that knows one recorded answer of it. Both are asked by the same code, over HTTP.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use hyper::StatusCode;
use reqwest::Client;
use serde::Deserialize;
use tidegate::Error;

use crate::loopback::Loopback;
use crate::{WeatherArguments, client};

const OPEN_METEO: &str = "https://api.open-meteo.com";

/// What api.open-meteo.com answered on 23 August 2026.
const RECORDED: &str = include_str!("../data/open-meteo-2026-08-23.json");

/// An HTTP service that knows the weather.
pub struct WeatherService {
    client: Client,
    url: String,
    /// The server on this machine, if that is what is asked.
    _server: Option<Loopback>,
}

/// A forecast, as api.open-meteo.com writes it.
#[derive(Clone, Debug, Deserialize)]
pub struct Forecast {
    /// Values by hour.
    pub hourly: Hourly,
}

/// Values by hour.
#[derive(Clone, Debug, Deserialize)]
pub struct Hourly {
    /// Temperatures in degrees Celsius, two metres above the ground.
    pub temperature_2m: Vec<f64>,
}

impl WeatherService {
    /// The service to ask, as the command line wants it and the network allows.
    ///
    /// # Errors
    ///
    /// This machine has no room for a client or a server.
    pub async fn find(arguments: &WeatherArguments) -> Result<Self, Error> {
        if arguments.offline || arguments.fail_first > 0 {
            return Self::on_this_machine(arguments.fail_first).await;
        }
        let client = client::for_the_network()?;
        match client.head(OPEN_METEO).send().await {
            Ok(_) => Ok(Self { client, url: OPEN_METEO.to_owned(), _server: None }),
            Err(error) => {
                tracing::warn!(
                    target: "weather_pipeline",
                    "{OPEN_METEO} cannot be reached ({}); a server on this machine answers with the forecast \
                     of 23 August 2026 instead",
                    root_cause(&error)
                );
                Self::on_this_machine(0).await
            }
        }
    }

    /// A server on this machine, which knows one recorded forecast.
    ///
    /// # Errors
    ///
    /// This machine has no room for a client or a server.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn recorded() -> Result<Self, Error> {
        Self::on_this_machine(0).await
    }

    /// A server on this machine that refuses some requests before it answers.
    async fn on_this_machine(fail_first: u32) -> Result<Self, Error> {
        let to_refuse = AtomicU32::new(fail_first);
        let server = Loopback::start(move |_request| {
            let refuse = |left: u32| left.checked_sub(1);
            match to_refuse.fetch_update(Ordering::Relaxed, Ordering::Relaxed, refuse) {
                Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
                Err(_) => (StatusCode::OK, RECORDED.to_owned()),
            }
        })
        .await?;
        let client = client::for_this_machine()?;
        Ok(Self { client, url: server.url(), _server: Some(server) })
    }

    /// Asks for the forecast of a place.
    ///
    /// # Errors
    ///
    /// The service cannot be reached, refuses, or answers something else.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn forecast(&self, lat: f64, lon: f64) -> reqwest::Result<Forecast> {
        self.client
            .get(format!("{}/v1/forecast", self.url))
            .query(&[("latitude", lat), ("longitude", lon)])
            .query(&[("hourly", "temperature_2m")])
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }
}

/// As it is recorded with the parameters of a run.
impl fmt::Debug for WeatherService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

fn root_cause(mut error: &dyn std::error::Error) -> &dyn std::error::Error {
    while let Some(cause) = error.source() {
        error = cause;
    }
    error
}
