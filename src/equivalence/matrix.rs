//! Sums and products of written matrices, entry by entry, on the parser's tree.

use crate::equivalence::syntax::Node;

/// The most entries of a computed matrix.
const ENTRY_LIMIT: usize = 64;

/// Rows of entries.
type Rows = Vec<Vec<Node>>;

/// The entries of an expression that is a matrix.
pub(crate) fn entries(node: &Node) -> Option<Rows> {
    let rows = match node.ungrouped() {
        Node::Matrix(rows) => rows.clone(),
        Node::Negative(inner) => map(&entries(inner)?, &|x| Node::Negative(Box::new(x.clone()))),
        Node::Quotient(above, below) => {
            map(&entries(above)?, &|x| Node::Quotient(Box::new(x.clone()), below.clone()))
        }
        Node::Sum(parts) => {
            let mut parts = parts.iter();
            let first = entries(parts.next()?)?;
            parts.try_fold(first, |so_far, part| sum(&so_far, &entries(part)?))?
        }
        Node::Product(parts) => product(parts)?,
        _ => return None,
    };
    let count: usize = rows.iter().map(Vec::len).sum();
    (count <= ENTRY_LIMIT).then_some(rows)
}

fn map(rows: &Rows, change: &dyn Fn(&Node) -> Node) -> Rows {
    rows.iter().map(|row| row.iter().map(change).collect()).collect()
}

fn sum(left: &Rows, right: &Rows) -> Option<Rows> {
    let same = left.len() == right.len();
    let rows = left.iter().zip(right).map(|(a, b)| {
        let entries = a.iter().zip(b).map(|(x, y)| Node::Sum(vec![x.clone(), y.clone()]));
        (a.len() == b.len()).then(|| entries.collect())
    });
    if same { rows.collect() } else { None }
}

/// Numbers scale the product of the matrices.
fn product(parts: &[Node]) -> Option<Rows> {
    let is_matrix = |part: &Node| matches!(part, Node::Matrix(_));
    let (matrices, numbers): (Vec<&Node>, Vec<&Node>) =
        parts.iter().partition(|part| part.any(&is_matrix));
    let mut matrices = matrices.into_iter();
    let first = entries(matrices.next()?)?;
    let rows = matrices.try_fold(first, |so_far, part| matrix_product(&so_far, &entries(part)?))?;
    Some(map(&rows, &|entry| {
        let mut factors: Vec<Node> = numbers.iter().map(|number| (*number).clone()).collect();
        factors.push(entry.clone());
        Node::Product(factors)
    }))
}

fn matrix_product(left: &Rows, right: &Rows) -> Option<Rows> {
    let inner = right.len();
    let width = right.first()?.len();
    if left.len() * width * inner > 4 * ENTRY_LIMIT {
        return None;
    }
    let entry = |row: &[Node], column: usize| {
        let terms: Option<Vec<Node>> = row
            .iter()
            .zip(right)
            .map(|(x, other)| Some(Node::Product(vec![x.clone(), other.get(column)?.clone()])))
            .collect();
        terms.map(Node::Sum)
    };
    left.iter()
        .map(|row| {
            if row.len() != inner {
                return None;
            }
            (0..width).map(|column| entry(row, column)).collect()
        })
        .collect()
}
