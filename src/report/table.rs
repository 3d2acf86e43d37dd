//! Columns of a text report, each as wide as its widest cell.

/// Blanks between two columns.
const GAP: usize = 2;

/// The widths of `N` columns, in characters.
#[derive(Clone, Copy, Debug)]
pub struct Columns<const N: usize> {
    widths: [usize; N],
    /// Which of them have their blanks before the cell: numbers are compared by their last digits.
    right: [bool; N],
    gap: usize,
}

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
        Self {
            widths,
            right: [false; N],
            gap: GAP,
        }
    }

    /// The same, each column at least as wide as `least` says.
    #[must_use]
    pub fn at_least(mut self, least: [usize; N]) -> Self {
        for (width, least) in self.widths.iter_mut().zip(least) {
            *width = least.max(*width);
        }
        self
    }

    /// The same, with the cells of `columns` at the right of theirs.
    #[must_use]
    pub fn right(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        for column in columns {
            if let Some(right) = self.right.get_mut(column) {
                *right = true;
            }
        }
        self
    }

    /// The same with `column` at most `most` wide. A longer cell moves the rest of its line.
    #[must_use]
    pub fn at_most(mut self, column: usize, most: usize) -> Self {
        if let Some(width) = self.widths.get_mut(column) {
            *width = most.min(*width);
        }
        self
    }

    /// The same, with `gap` blanks between two columns.
    #[must_use]
    pub fn gap(mut self, gap: usize) -> Self {
        self.gap = gap;
        self
    }

    /// The cells of a row, each as wide as its column.
    #[must_use]
    pub fn cells<S: AsRef<str>>(&self, row: &[S; N]) -> [String; N] {
        let mut columns = self.widths.into_iter().zip(self.right);
        row.each_ref().map(|cell| {
            let cell = cell.as_ref();
            match columns.next() {
                Some((width, true)) => format!("{cell:>width$}"),
                Some((width, false)) => padded(cell, width),
                None => cell.to_owned(),
            }
        })
    }

    /// A row as a line, without trailing blanks and without a line end.
    #[must_use]
    pub fn line<S: AsRef<str>>(&self, row: &[S; N]) -> String {
        let gap = " ".repeat(self.gap);
        self.cells(row).join(&gap).trim_end().to_owned()
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
    cells.join(&" ".repeat(GAP)).trim_end().to_owned()
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
        let numbers = columns.at_least([4, 0, 0]).right([0]);
        assert_eq!(numbers.line(&rows[1]), " äää  b");
        assert_eq!(numbers.line(&rows[0]), "   a  bb  c");
        assert_eq!(numbers.gap(1).line(&rows[0]), "   a bb c");
    }
}
