//! Columns of a text report, each as wide as its widest cell.

/// What stands between two columns.
const GAP: &str = "  ";

/// The widths of `N` columns, in characters.
#[derive(Clone, Copy, Debug)]
pub struct Columns<const N: usize>([usize; N]);

impl<const N: usize> Columns<N> {
    /// Column widths that fit every cell of `rows`.
    #[must_use]
    pub fn fit<S: AsRef<str>>(rows: impl IntoIterator<Item = [S; N]>) -> Self {
        let mut widths = [0; N];
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(&row) {
                *width = cell.as_ref().chars().count().max(*width);
            }
        }
        Self(widths)
    }

    /// The same with `column` at most `most` wide. A longer cell moves the rest of its line.
    #[must_use]
    pub fn at_most(mut self, column: usize, most: usize) -> Self {
        if let Some(width) = self.0.get_mut(column) {
            *width = most.min(*width);
        }
        self
    }

    /// The cells of a row, each as wide as its column.
    #[must_use]
    pub fn cells<S: AsRef<str>>(&self, row: &[S; N]) -> [String; N] {
        let mut widths = self.0.iter();
        row.each_ref()
            .map(|cell| padded(cell.as_ref(), widths.next().copied().unwrap_or_default()))
    }

    /// A row as a line, without trailing blanks and without a line end.
    #[must_use]
    pub fn line<S: AsRef<str>>(&self, row: &[S; N]) -> String {
        self.cells(row).join(GAP).trim_end().to_owned()
    }
}

/// A text padded with blanks to `width` characters.
#[must_use]
pub fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

/// Padded cells as a line.
#[must_use]
pub fn joined<S: AsRef<str>>(cells: &[S]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    cells.join(GAP).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "bb", "c"], ["äää", "b", ""]];
        let columns = Columns::fit(rows);
        assert_eq!(rows.map(|row| columns.line(&row)), ["a    bb  c", "äää  b"]);
        assert_eq!(columns.cells(&rows[1]), ["äää", "b ", " "]);
        let narrow = columns.at_most(0, 1);
        assert_eq!(narrow.line(&rows[1]), "äää  b");
        assert_eq!(narrow.line(&rows[0]), "a  bb  c");
        assert_eq!(joined(&["a ", "b "]), "a   b");
    }
}
