//! The templates for common charts, as a start for a template of your own.

/// A template that comes with tierc.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Its name.
    pub name: &'static str,
    /// The chart that it is for.
    pub chart: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! layouts {
    ($($name:literal: $chart:literal,)+) => {
        /// Every layout, by name.
        pub const LAYOUTS: &[Layout] = &[$(Layout {
            name: $name,
            chart: $chart,
            text: include_str!(concat!("../../../templates/layouts/", $name, ".yaml.j2")),
        }),+];
    };
}

layouts! {
    "app-template": "app-template (bjw-s), version 4: one controller for each workload",
    "helm-create": "a chart that `helm create` wrote, once for each workload",
    "stakater-application": "application (Stakater), version 9, once for each workload",
}
