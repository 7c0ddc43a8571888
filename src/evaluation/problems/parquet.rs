//! Parquet, as much of it as problem files need: the one place that knows `parquet2`.
//!
//! Only columns that can hold a part of a problem are read, and put together to the JSON objects that lines
//! of text would be. Texts and numbers, optional, in groups, and in one list are understood; plain and with a
//! dictionary; uncompressed and with Snappy. That is what pandas and pyarrow write by themselves.

use std::{fs::File, io::BufReader, path::Path};

use parquet2::{
    encoding::{Encoding, hybrid_rle::HybridRleDecoder, plain_byte_array::BinaryIter},
    error::Error,
    metadata::ColumnChunkMetaData,
    page::{DataPage, Page, split_buffer},
    read::{decompress, get_page_iterator, levels::get_bit_width, read_metadata},
    schema::types::PhysicalType,
};
use serde_json::{Map, Value};

use super::fields;

/// A page of a problem file is about a megabyte; a larger one would only fill the memory.
const LARGEST_PAGE: usize = 256 * 1024 * 1024;
/// The most rows that are put together.
const MOST_ROWS: usize = 10_000_000;

/// The rows of a file as objects, each with its number from 1.
///
/// # Errors
///
/// What is wrong with the file, or not understood of it.
pub(super) fn rows(path: &Path) -> Result<Vec<(usize, Value)>, String> {
    // The library takes some damaged files for its own mistakes and panics; that shall cost the file only.
    let read = std::thread::scope(|scope| scope.spawn(|| read(path)).join());
    let rows = match read {
        Ok(Ok(rows)) => rows,
        Ok(Err(error)) => return Err(explained(&error)),
        Err(_) => return Err("the Parquet file is damaged".to_owned()),
    };
    Ok((1..).zip(rows).collect())
}

fn explained(error: &Error) -> String {
    format!(
        "the Parquet file cannot be read: {error}. Write it as JSON Lines, for example with pandas: \
         pandas.read_parquet(…).to_json(…, orient=\"records\", lines=True)"
    )
}

fn read(path: &Path) -> Result<Vec<Value>, Error> {
    let file = File::open(path).map_err(|error| out_of_specification(&error.to_string()))?;
    let mut file = BufReader::new(file);
    let metadata = read_metadata(&mut file)?;
    let mut rows = Vec::new();
    for group in &metadata.row_groups {
        if rows.len() + group.num_rows() > MOST_ROWS {
            return Err(out_of_specification("it has far too many rows for a problem file"));
        }
        let mut objects = vec![Value::Object(Map::new()); group.num_rows()];
        for column in group.columns() {
            let path = &column.descriptor().path_in_schema;
            let Some(place) = Place::of(path, column.descriptor().descriptor.max_rep_level) else {
                continue;
            };
            read_column(column, &mut file, |row, item, value| {
                if let Some(object) = objects.get_mut(row) {
                    place.put(object, item, value);
                }
            })?;
        }
        rows.append(&mut objects);
    }
    Ok(rows)
}

fn out_of_specification(message: &str) -> Error {
    Error::OutOfSpec(message.to_owned())
}

/// Where a column's values belong in a row's object.
struct Place {
    /// The names down to the value, or to the list that holds it.
    outer: Vec<String>,
    /// The names inside an item of the list; `None` if there is no list.
    inner: Option<Vec<String>>,
}

impl Place {
    /// The place of a column that is of interest and has a form that is understood.
    fn of(path: &[String], repetitions: i16) -> Option<Self> {
        if !path.first().is_some_and(|name| fields::is_known(name)) {
            return None;
        }
        match repetitions {
            0 => Some(Self { outer: path.to_vec(), inner: None }),
            1 => {
                // A list is a group that repeats a group with the item.
                let at = path.windows(2).position(|pair| {
                    matches!(pair, [list, item] if matches!(list.as_str(), "list" | "bag")
                        && matches!(item.as_str(), "element" | "item" | "array_element"))
                })?;
                let (outer, rest) = path.split_at_checked(at)?;
                Some(Self { outer: outer.to_vec(), inner: Some(rest.get(2..)?.to_vec()) })
            }
            _ => None,
        }
    }

    fn put(&self, object: &mut Value, item: usize, value: Value) {
        let Some(target) = descend(object, &self.outer) else { return };
        let Some(inner) = &self.inner else {
            *target = value;
            return;
        };
        if !target.is_array() {
            *target = Value::Array(Vec::new());
        }
        let Some(items) = target.as_array_mut() else { return };
        while items.len() <= item {
            items.push(Value::Null);
        }
        if let Some(target) = items.get_mut(item).and_then(|item| descend(item, inner)) {
            *target = value;
        }
    }
}

/// The value at a path, made if it is not there.
fn descend<'value>(mut value: &'value mut Value, path: &[String]) -> Option<&'value mut Value> {
    for name in path {
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        value = value.as_object_mut()?.entry(name.as_str()).or_insert(Value::Null);
    }
    Some(value)
}

/// Reads a column, and tells each value with the numbers of its row and of its item in a list.
fn read_column(
    column: &ColumnChunkMetaData,
    file: &mut BufReader<File>,
    mut put: impl FnMut(usize, usize, Value),
) -> Result<(), Error> {
    let mut dictionary = Vec::new();
    let mut next_row = 0_usize;
    let mut item = 0_usize;
    for page in get_page_iterator(column, file, None, Vec::new(), LARGEST_PAGE)? {
        let page = match decompress(page?, &mut Vec::new())? {
            Page::Dict(page) => {
                let kind = column.physical_type();
                dictionary = plain(&page.buffer, kind)?;
                continue;
            }
            Page::Data(page) => page,
        };
        let (repetitions, definitions, values) = split_buffer(&page)?;
        let repetitions = levels(repetitions, page.descriptor.max_rep_level, page.num_values())?;
        let definitions = levels(definitions, page.descriptor.max_def_level, page.num_values())?;
        let whole = u32::try_from(page.descriptor.max_def_level).unwrap_or_default();
        let mut values = decoded(&page, values, &dictionary)?.into_iter();
        for (repetition, definition) in repetitions.into_iter().zip(definitions) {
            if repetition == 0 {
                next_row += 1;
                item = 0;
            } else {
                item += 1;
            }
            if definition == whole {
                let value = values.next();
                let row = next_row.checked_sub(1);
                let (value, row) = value
                    .zip(row)
                    .ok_or_else(|| out_of_specification("a page does not hold what it says"))?;
                put(row, item, value);
            }
        }
    }
    Ok(())
}

fn levels(bytes: &[u8], highest: i16, count: usize) -> Result<Vec<u32>, Error> {
    match highest {
        0 => Ok(vec![0; count]),
        _ => HybridRleDecoder::try_new(bytes, get_bit_width(highest), count)?.collect(),
    }
}

/// The values of a page that are not null.
fn decoded(page: &DataPage, bytes: &[u8], dictionary: &[Value]) -> Result<Vec<Value>, Error> {
    match page.encoding() {
        Encoding::Plain => plain(bytes, page.descriptor.primitive_type.physical_type),
        Encoding::RleDictionary | Encoding::PlainDictionary => {
            let Some((width, indexes)) = bytes.split_first() else { return Ok(Vec::new()) };
            let entry = |index: u32| {
                let value = dictionary.get(index as usize).cloned();
                value.ok_or_else(|| out_of_specification("a dictionary has no such entry"))
            };
            match width {
                // Of a dictionary with one entry no index needs to be written.
                0 => Ok(dictionary
                    .first()
                    .cloned()
                    .into_iter()
                    .cycle()
                    .take(page.num_values())
                    .collect()),
                1..=32 => HybridRleDecoder::try_new(indexes, (*width).into(), page.num_values())?
                    .map(|index| entry(index?))
                    .collect(),
                _ => Err(out_of_specification("a dictionary's indexes are too wide")),
            }
        }
        other => Err(Error::FeatureNotSupported(format!("the encoding {other:?}"))),
    }
}

fn plain(bytes: &[u8], kind: PhysicalType) -> Result<Vec<Value>, Error> {
    fn numbers<const N: usize>(bytes: &[u8], value: impl Fn([u8; N]) -> Value) -> Vec<Value> {
        bytes.as_chunks::<N>().0.iter().map(|chunk| value(*chunk)).collect()
    }
    Ok(match kind {
        PhysicalType::ByteArray => {
            let text = |bytes: Result<&[u8], Error>| {
                let text = std::str::from_utf8(bytes?);
                text.map(Value::from).map_err(|_| out_of_specification("a text is no UTF-8"))
            };
            return BinaryIter::new(bytes, None).map(text).collect();
        }
        PhysicalType::Int32 => numbers(bytes, |bytes| i32::from_le_bytes(bytes).into()),
        PhysicalType::Int64 => numbers(bytes, |bytes| i64::from_le_bytes(bytes).into()),
        PhysicalType::Float => numbers(bytes, |bytes| f32::from_le_bytes(bytes).into()),
        PhysicalType::Double => numbers(bytes, |bytes| f64::from_le_bytes(bytes).into()),
        other => return Err(Error::FeatureNotSupported(format!("values of the type {other:?}"))),
    })
}
