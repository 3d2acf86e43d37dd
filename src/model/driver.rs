//! PostgreSQL drivers: the startup parameters that each sends, and how it deallocates prepared
//! statements.
//!
//! Facts come from their source code, and were tested through PgBouncer
//! (`tests/consumers/pgbouncer/drivers.rs`) if a package registry has the driver.

use super::{Driver, Service, Version, Workload};
use crate::source::Sourced;

/// A stated driver of a workload or a service.
#[derive(Clone, Copy)]
pub struct StatedDriver<'a> {
    /// Which.
    pub driver: &'a Sourced<Driver>,
    /// Its version.
    pub version: Option<&'a Sourced<String>>,
    /// The version of libpq that it uses.
    pub libpq: Option<&'a Sourced<String>>,
}

impl Workload {
    /// The driver, if it is stated.
    #[must_use]
    pub fn stated_driver(&self) -> Option<StatedDriver<'_>> {
        Some(StatedDriver {
            driver: self.driver.as_ref()?,
            version: self.driver_version.as_ref(),
            libpq: self.driver_libpq.as_ref(),
        })
    }
}

impl Service {
    /// The driver, if it is stated.
    #[must_use]
    pub fn stated_driver(&self) -> Option<StatedDriver<'_>> {
        Some(StatedDriver {
            driver: self.driver.as_ref()?,
            version: self.driver_version.as_ref(),
            libpq: self.driver_libpq.as_ref(),
        })
    }
}

/// The first version of a driver that does not send `extra_float_digits` as a startup parameter.
#[must_use]
pub fn without_float_digits(driver: Driver) -> Option<&'static str> {
    match driver {
        // It runs SET after the login (pgjdbc#3432).
        Driver::Pgjdbc => Some("42.7.6"),
        // CHANGELOG.md (lib/pq#1212).
        Driver::LibPq => Some("1.11.0"),
        Driver::Asyncpg
        | Driver::Libpq
        | Driver::NodePostgres
        | Driver::Npgsql
        | Driver::Pg8000
        | Driver::Pgx
        | Driver::PostgresJs
        | Driver::Prisma
        | Driver::Psycopg
        | Driver::Psycopg2
        | Driver::Rails
        | Driver::Sqlx
        | Driver::TokioPostgres => None,
    }
}

impl StatedDriver<'_> {
    /// The driver with its stated version.
    #[must_use]
    pub fn title(&self) -> String {
        match self.version {
            Some(version) => format!("{} {}", self.driver.value, version.value),
            None => self.driver.value.to_string(),
        }
    }

    /// Whether it sends `extra_float_digits` as a startup parameter; `None` if that depends on an
    /// unstated version.
    #[must_use]
    pub fn sends_float_digits(&self) -> Option<bool> {
        match (self.driver.value, without_float_digits(self.driver.value)) {
            // Every version, unless the application sets `PgConnectOptions::extra_float_digits`.
            (Driver::Sqlx, _) => Some(true),
            (_, Some(first)) => Some(!is_at_least(self.version?, &Version::lenient(first))?),
            (_, None) => Some(false),
        }
    }

    /// Whether it deallocates prepared statements with the SQL command `DEALLOCATE name` instead of
    /// the protocol's Close message. PgBouncer passes the command on to a server that knows the
    /// statement under another name. `None` if it depends on an unstated version.
    #[must_use]
    pub fn deallocates(&self) -> Option<bool> {
        let by_libpq = self
            .libpq
            .and_then(|libpq| is_at_least(libpq, &Version::of(17, 0)));
        match self.driver.value {
            // psycopg 3.2 uses `PQsendClosePrepared` of libpq 17.
            Driver::Psycopg => {
                let knows = self
                    .version
                    .and_then(|it| is_at_least(it, &Version::of(3, 2)));
                match (knows, by_libpq) {
                    (Some(false), _) | (_, Some(false)) => Some(true),
                    (Some(true), Some(true)) => Some(false),
                    (None, _) | (_, None) => None,
                }
            }
            // Active Record uses `close_prepared` of pg 1.6 on libpq 17.
            Driver::Rails => by_libpq.map(|closes| !closes),
            Driver::Asyncpg
            | Driver::LibPq
            | Driver::Libpq
            | Driver::NodePostgres
            | Driver::Npgsql
            | Driver::Pg8000
            | Driver::Pgjdbc
            | Driver::Pgx
            | Driver::PostgresJs
            | Driver::Prisma
            | Driver::Psycopg2
            | Driver::Sqlx
            | Driver::TokioPostgres => Some(false),
        }
    }
}

/// Whether a version is `least` or later; `None` if it omits a number that decides.
fn is_at_least(version: &Sourced<String>, least: &Version) -> Option<bool> {
    Version::lenient(&version.value).is_at_least(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Origin;

    fn sourced<T>(value: T) -> Sourced<T> {
        Sourced {
            value,
            origin: Origin::Recorded,
            sound: true,
        }
    }

    #[test]
    fn what_a_driver_does_follows_its_versions() {
        let of = |driver, version: Option<&str>, libpq: Option<&str>| {
            let driver = sourced(driver);
            let version = version.map(|it| sourced(it.to_owned()));
            let libpq = libpq.map(|it| sourced(it.to_owned()));
            let stated = StatedDriver {
                driver: &driver,
                version: version.as_ref(),
                libpq: libpq.as_ref(),
            };
            (stated.sends_float_digits(), stated.deallocates())
        };
        let (no, yes) = (Some(false), Some(true));
        assert_eq!(of(Driver::Pgjdbc, Some("42.5.5"), None), (yes, no));
        assert_eq!(of(Driver::Pgjdbc, Some("42.7.7"), None), (no, no));
        assert_eq!(of(Driver::Pgjdbc, None, None), (None, no));
        assert_eq!(of(Driver::LibPq, Some("1.10.9"), None), (yes, no));
        assert_eq!(of(Driver::LibPq, Some("1.11"), None), (no, no));
        assert_eq!(of(Driver::Sqlx, None, None), (yes, no));
        assert_eq!(of(Driver::Psycopg, Some("3.1"), Some("17")), (no, yes));
        assert_eq!(of(Driver::Psycopg, Some("3.2"), Some("16")), (no, yes));
        assert_eq!(of(Driver::Psycopg, Some("3.2"), Some("17")), (no, no));
        assert_eq!(of(Driver::Psycopg, Some("3.2"), None), (no, None));
        assert_eq!(of(Driver::Psycopg, None, Some("17")), (no, None));
        assert_eq!(of(Driver::Rails, None, Some("15")), (no, yes));
        assert_eq!(of(Driver::Rails, None, None), (no, None));
        assert_eq!(of(Driver::NodePostgres, None, None), (no, no));
    }
}
