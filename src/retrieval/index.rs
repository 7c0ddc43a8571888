//! The index: tantivy in memory, which ranks passages by BM25.

use std::collections::HashSet;

use tantivy::{
    Index as Tantivy, IndexReader, ReloadPolicy, TantivyDocument, TantivyError, Term,
    collector::TopDocs,
    query::BooleanQuery,
    schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value},
    tokenizer::{PreTokenizedString, Token},
};

use super::{
    passage::Passage,
    words::{Use, words},
};

/// What may wait in memory while an index is made. More than a folder can have, so that the index is in one
/// piece: then equal passages stay in their order.
const WAITING: usize = 1024 * 1024 * 1024;

/// The most different words of a query.
const MOST_WORDS: usize = 256;

/// Passages that can be searched.
pub(super) struct Index {
    reader: IndexReader,
    text: Field,
    number: Field,
}

impl Index {
    /// Makes the index of passages, which are found again by their numbers.
    ///
    /// # Errors
    ///
    /// What tantivy reports.
    pub(super) fn of(passages: &[Passage]) -> Result<Self, TantivyError> {
        let mut schema = Schema::builder();
        // The words come cut, so that the name of what would cut them is never used.
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::WithFreqs);
        let text =
            schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let number = schema.add_u64_field("number", STORED);
        let index = Tantivy::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WAITING)?;
        for (passage, position) in passages.iter().zip(0_u64..) {
            let mut document = TantivyDocument::default();
            document.add_pre_tokenized_text(text, tokens(&passage.text));
            document.add_u64(number, position);
            writer.add_document(document)?;
        }
        writer.commit()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { reader, text, number })
    }

    /// The passages that have words of the query, best first, each with its score.
    ///
    /// # Errors
    ///
    /// What tantivy reports.
    pub(super) fn search(
        &self,
        query: &str,
        most: usize,
    ) -> Result<Vec<(usize, f32)>, TantivyError> {
        let mut known = HashSet::new();
        let different = words(query, Use::Query).into_iter().map(|word| word.text);
        let terms: Vec<Term> = different
            .filter(|word| known.insert(word.clone()))
            .take(MOST_WORDS)
            .map(|word| Term::from_field_text(self.text, &word))
            .collect();
        if terms.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        let searcher = self.reader.searcher();
        let query = BooleanQuery::new_multiterms_query(terms);
        let top = searcher.search(&query, &TopDocs::with_limit(most).order_by_score())?;
        let mut found = Vec::new();
        for (score, address) in top {
            let document: TantivyDocument = searcher.doc(address)?;
            let number = document.get_first(self.number).and_then(|value| value.as_u64());
            found.extend(number.and_then(|number| Some((usize::try_from(number).ok()?, score))));
        }
        Ok(found)
    }
}

fn tokens(text: &str) -> PreTokenizedString {
    let tokens = words(text, Use::Stored).into_iter().zip(0..).map(|(word, position)| Token {
        offset_from: word.from,
        offset_to: word.to,
        position,
        text: word.text,
        position_length: 1,
    });
    // Only the words are kept.
    PreTokenizedString { text: String::new(), tokens: tokens.collect() }
}
