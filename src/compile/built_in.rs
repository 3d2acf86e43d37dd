//! The catalogue in the binary.

/// `tiers.kdl`.
pub(super) const TIERS: &str = include_str!("../../schema/catalogue/tiers.kdl");
/// `instances.kdl`, with one fact a line.
pub(super) const INSTANCES: &str = include_str!("../../schema/catalogue/instances.kdl");
/// `discounts.kdl`.
pub(super) const DISCOUNTS: &str = include_str!("../../schema/catalogue/discounts.kdl");

/// Regions, each with its name, the name of its file, and its text.
macro_rules! prices {
    ($($region:literal)+) => {
        &[$((
            $region,
            concat!("prices/", $region, ".kdl"),
            include_str!(concat!("../../schema/catalogue/prices/", $region, ".kdl")),
        )),+]
    };
}

/// The price lists, sorted by region, with one row a line. A run reads those of its regions.
pub(super) const PRICES: &[(&str, &str, &str)] = prices! {
    "af-south-1"
    "ap-east-1"
    "ap-northeast-1"
    "ap-northeast-2"
    "ap-northeast-3"
    "ap-south-1"
    "ap-south-2"
    "ap-southeast-1"
    "ap-southeast-2"
    "ap-southeast-3"
    "ap-southeast-4"
    "ap-southeast-5"
    "ap-southeast-7"
    "ca-central-1"
    "ca-west-1"
    "eu-central-1"
    "eu-central-2"
    "eu-north-1"
    "eu-south-1"
    "eu-south-2"
    "eu-west-1"
    "eu-west-2"
    "eu-west-3"
    "il-central-1"
    "me-central-1"
    "me-south-1"
    "mx-central-1"
    "sa-east-1"
    "us-east-1"
    "us-east-2"
    "us-gov-east-1"
    "us-gov-west-1"
    "us-west-1"
    "us-west-2"
};

/// The prices of a region: the name of the file, and its text.
pub(super) fn prices(region: &str) -> Option<(&'static str, &'static str)> {
    let at = PRICES.binary_search_by_key(&region, |(name, ..)| name);
    let (_, file, text) = PRICES.get(at.ok()?)?;
    Some((file, text))
}

/// Every file: its name, such as `prices/eu-west-1.kdl`, and its text.
pub(super) fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    let top = [
        ("tiers.kdl", TIERS),
        ("instances.kdl", INSTANCES),
        ("discounts.kdl", DISCOUNTS),
    ];
    let prices = PRICES.iter().map(|(_, file, text)| (*file, *text));
    top.into_iter().chain(prices)
}
