//! `pgbouncer.ini`, line by line, so that only intended lines change.

/// The file's lines.
pub(super) struct Ini(Vec<String>);

impl Ini {
    pub(super) fn read(text: &str) -> Self {
        let ini = Self(text.lines().map(str::to_owned).collect());
        assert_eq!(
            ini.0.iter().filter(|line| line.starts_with('[')).count(),
            2,
            "{text}"
        );
        ini
    }

    pub(super) fn text(&self) -> String {
        self.0.iter().map(|line| format!("{line}\n")).collect()
    }

    fn section(&self, name: &str) -> impl Iterator<Item = &str> {
        let header = format!("[{name}]");
        let lines = self
            .0
            .iter()
            .skip_while(move |line| **line != header)
            .skip(1);
        lines
            .take_while(|line| !line.starts_with('['))
            .map(String::as_str)
            .filter(|line| !line.is_empty() && !line.starts_with([';', '#']))
    }

    /// What `[pgbouncer]` sets.
    pub(super) fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.section("pgbouncer").map(|line| {
            let (key, value) = line.split_once('=').unwrap();
            (key.trim(), value.trim())
        })
    }

    /// Whether an entry has several hosts.
    pub(super) fn lists_hosts(&self) -> bool {
        self.section("databases").any(|line| {
            line.split(' ')
                .any(|word| word.starts_with("host=") && word.contains(','))
        })
    }

    /// Changes a setting that is there.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        let start = format!("{key} = ");
        let mut lines = self.0.iter_mut().filter(|line| line.starts_with(&start));
        *lines.next().unwrap() = format!("{start}{value}");
        assert_eq!(lines.next(), None, "{key} is stated twice");
    }

    /// Adds a setting that is not there.
    pub(super) fn add(&mut self, key: &str, value: &str) {
        assert!(self.settings().all(|(stated, _)| stated != key), "{key}");
        // `[pgbouncer]` is the last section.
        self.0.push(format!("{key} = {value}"));
    }

    /// Sends every entry of `[databases]` to one server.
    pub(super) fn aim_at(&mut self, host: &str, port: u16) {
        let end = self
            .0
            .iter()
            .position(|line| line == "[pgbouncer]")
            .unwrap();
        for line in self
            .0
            .iter_mut()
            .take(end)
            .filter(|line| line.contains(" host="))
        {
            let words = line.split(' ').map(|word| match word.split_once('=') {
                // PgBouncer takes turns between several.
                Some(("host", given)) => {
                    let each: Vec<&str> = given.split(',').map(|_| host).collect();
                    format!("host={}", each.join(","))
                }
                Some(("port", given)) => {
                    assert_eq!(given, "5432");
                    format!("port={port}")
                }
                _ => word.to_owned(),
            });
            *line = words.collect::<Vec<_>>().join(" ");
        }
    }
}
