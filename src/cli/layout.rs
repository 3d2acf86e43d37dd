//! `tierc layout`

use crate::emit::values_template::layouts::LAYOUTS;

use super::args::LayoutArgs;
use super::exit::Exit;
use super::output::Output;

pub(super) fn run(command: &LayoutArgs, output: &mut Output) -> Exit {
    let named = |name: &String| LAYOUTS.iter().find(|layout| layout.name == *name);
    if let Some(layout) = command.name.as_ref().and_then(named) {
        output.result(layout.text);
        return Exit::Fine;
    }
    let widest = LAYOUTS.iter().map(|layout| layout.name.len()).max();
    let width = widest.unwrap_or_default();
    for layout in LAYOUTS {
        output.line(&format!("{:width$}  {}", layout.name, layout.chart));
    }
    output.line("");
    output.line("tierc layout NAME > environments/templates/values.yaml.j2");
    Exit::Fine
}
