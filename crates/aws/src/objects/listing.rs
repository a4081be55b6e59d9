//! A listing, page after page, so that a bucket of millions of keys needs no memory.

use super::Objects;
use super::ask::{Ask, encoded};
use super::error::{ObjectError, ObjectTrouble};
use super::page::{self, Page};
use std::collections::HashSet;

/// Pages in a row that hold nothing; more would never end.
const EMPTY: usize = 1000;

/// The pages of a listing; see [`Objects::list`].
#[derive(Debug)]
pub struct Pages<'a> {
    objects: Objects<'a>,
    bucket: String,
    /// What is asked for on each page alike.
    query: String,
    token: Option<String>,
    seen: HashSet<String>,
    empty: usize,
    /// The last key or folder of all pages so far.
    last: Option<String>,
    over: bool,
}

impl<'a> Pages<'a> {
    pub(super) fn new(
        objects: Objects<'a>,
        bucket: &str,
        prefix: &str,
        start_after: Option<&str>,
        folders: bool,
    ) -> Self {
        // Keys may hold characters that XML cannot, so they are asked for in another encoding.
        let mut query = "?list-type=2&encoding-type=url".to_owned();
        let mut say = |name: &str, value: &str| {
            query.push_str(&format!("&{name}={}", encoded(value, false)));
        };
        if folders {
            say("delimiter", "/");
        }
        if !prefix.is_empty() {
            say("prefix", prefix);
        }
        if let Some(key) = start_after {
            say("start-after", key);
        }
        let bucket = bucket.to_owned();
        Pages { objects, bucket, query, token: None, seen: HashSet::new(), empty: 0, last: None, over: false }
    }

    /// The next page; `None` iff there is no further one. A page may be empty. After an error there is none.
    ///
    /// # Errors
    /// [`ObjectError`]: what came before is good, and what comes after is not known.
    pub async fn next(&mut self) -> Option<Result<Page, ObjectError>> {
        if self.over {
            return None;
        }
        let read = self.read().await;
        self.over = read.is_err() || self.token.is_none();
        Some(read)
    }

    /// The rest of the listing, one after the other.
    ///
    /// # Errors
    /// As [`Pages::next`].
    pub async fn all(&mut self) -> Result<Page, ObjectError> {
        let mut all = Page::default();
        while let Some(page) = self.next().await {
            let page = page?;
            all.entries.extend(page.entries);
            all.folders.extend(page.folders);
        }
        Ok(all)
    }

    async fn read(&mut self) -> Result<Page, ObjectError> {
        let mut uri = self.query.clone();
        if let Some(token) = self.token.take() {
            uri.push_str(&format!("&continuation-token={}", encoded(&token, false)));
        }
        let reply = self.objects.ask(&Ask::listing(&self.bucket, &uri)).await?;
        let (page, next) = page::read(&reply.body).map_err(|error| self.nonsense(&error))?;
        self.empty = if page.entries.is_empty() && page.folders.is_empty() { self.empty + 1 } else { 0 };
        if let Some(next) = next {
            if !self.seen.insert(next.clone()) || self.empty >= EMPTY || !self.goes_on(&page) {
                return Err(self.nonsense("the listing does not end"));
            }
            self.token = Some(next);
        }
        Ok(page)
    }

    /// False iff the page holds something, and nothing behind all that came before: S3 lists in the order of keys.
    fn goes_on(&mut self, page: &Page) -> bool {
        let entries = page.entries.iter().map(|one| one.key.as_str());
        let Some(last) = entries.chain(page.folders.iter().map(String::as_str)).max() else { return true };
        let goes_on = self.last.as_deref().is_none_or(|before| before < last);
        self.last = Some(last.to_owned());
        goes_on
    }

    fn nonsense(&self, message: &str) -> ObjectError {
        ObjectError::new(ObjectTrouble::Failed, &self.bucket, None, message)
    }
}
