//! Work for a query or an update on a thread of its own, which is given up where it does not hear its limit of time.
//!
//! In: what finds an answer, and until when it is waited for. Out: the answer, each row, page or triple of which is asked for and waited
//! for; once the time is over an error, and all that came before it is right. Work that is given up goes on until it looks at
//! its limits, and holds until then what it holds.

use crate::ask::{Ask, grace};
use crate::engine::Limits;
use crate::engine::answer::page::Page;
use crate::engine::answer::{Answer, Row, RowSource, Rows, TripleSource};
use crate::engine::governor::Counted;
use crate::error::{Error, Hint, Kind, Result};
use crate::terms::{Triple, Variable};
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// A stack as deep as that of the program. Only what is used of it takes memory.
const STACK: usize = 256 << 20;

/// So many pieces of work may be going on, of which most were given up.
const MOST: usize = 16;

/// How many there are.
static GOING: AtomicUsize = AtomicUsize::new(0);

/// So many rows are asked for at once: each comes as it is found.
const AT_ONCE: usize = 1024;

/// What is asked for later than the limit is waited for so long: work that hears its limit says so by then.
const LATE: Duration = Duration::from_millis(500);

/// The limit of time of a query or an update.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    /// What was allowed.
    allowed: Duration,
    /// When that is over.
    over: Instant,
    /// Until when it is waited for.
    end: Instant,
}

/// Where others are asked after a query or an update, and it has a limit of time: that, and what is asked on a thread of its own. It
/// begins now.
pub(crate) fn apart(ask: &Ask) -> Option<(Time, Ask)> {
    let allowed = ask.limits.timeout.filter(|_| ask.is_followed)?;
    let since = ask.limits.since.unwrap_or_else(Instant::now);
    let over = since.checked_add(allowed)?;
    let end = over.checked_add(grace(allowed))?;
    let limits = Limits { since: Some(since), ..ask.limits };
    Some((Time { allowed, over, end }, Ask { limits, ..ask.clone() }))
}

/// What `work` gives, within the time.
///
/// # Errors
/// Its own, that of the limit, and where no thread can be started.
pub(crate) fn waited_for<T: Send + 'static>(
    time: Time,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, done) = channel();
    // Nobody waits any longer where it was given up.
    begin(move || drop(sender.send(work())))?;
    received(&done, time)?
}

/// What takes an answer, or the error in its place.
pub(super) type Taker<'t> = &'t mut dyn FnMut(Result<Answer<'_>>);

/// The answer that `find` finds and gives to what it is given, within the time.
///
/// # Errors
/// As those of [`waited_for`].
pub(super) fn answer(time: Time, find: impl FnOnce(Taker<'_>) + Send + 'static) -> Result<Answer<'static>> {
    let ((asking, asked), (heads, head)) = (channel(), channel());
    begin(move || find(&mut |answer| serve(answer, &heads, &asked)))?;
    Ok(match received(&head, time)?? {
        Head::Boolean(found) => Answer::Boolean(found),
        Head::Rows(variables, items) => {
            Answer::Rows(Rows { variables, rows: Box::new(Apart::of(items, asking, time)) })
        }
        Head::Graph(items) => Answer::Graph(Box::new(Apart::of(items, asking, time))),
    })
}

fn begin(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let going = Counted::one(&GOING, MOST)?;
    let counted = move || {
        work();
        drop(going);
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(counted);
    thread.map(drop).map_err(|error| Error::query("no thread could be started").because(error))
}

fn received<T>(from: &Receiver<T>, time: Time) -> Result<T> {
    let left = time.end.saturating_duration_since(Instant::now()).max(LATE);
    from.recv_timeout(left).map_err(|error| match error {
        RecvTimeoutError::Timeout => {
            Error::new(Kind::Limit, format!("stopped after {} s", time.allowed.as_secs_f64()))
                .hint(Hint::RaiseTimeout)
        }
        RecvTimeoutError::Disconnected => Error::query("the work ended without a result"),
    })
}

/// What an answer is, and where what is in it comes from.
enum Head {
    Boolean(bool),
    Rows(Vec<Variable>, Receiver<Reply<Row>>),
    Graph(Receiver<Reply<Triple>>),
}

/// What is asked for.
enum Wanted {
    /// The next items, at most so many.
    Items(usize),
    /// The next page, to be put into this one.
    Page(Page),
}

/// What is given.
enum Reply<T> {
    Item(Option<Result<T>>),
    Page(Result<bool>, Page),
}

/// Gives out an answer, as long as somebody asks.
fn serve(answer: Result<Answer<'_>>, heads: &Sender<Result<Head>>, asked: &Receiver<Wanted>) {
    // Who has gone needs no head either.
    match answer {
        Err(error) => drop(heads.send(Err(error))),
        Ok(Answer::Boolean(found)) => drop(heads.send(Ok(Head::Boolean(found)))),
        Ok(Answer::Rows(Rows { variables, rows })) => {
            let (replies, items) = channel();
            drop(heads.send(Ok(Head::Rows(variables, items))));
            give(rows, |rows, page| rows.page(page), asked, &replies);
        }
        Ok(Answer::Graph(triples)) => {
            let (replies, items) = channel();
            drop(heads.send(Ok(Head::Graph(items))));
            give(triples, |triples, page| triples.page(page), asked, &replies);
        }
    }
}

fn give<T, S: Iterator<Item = Result<T>>>(
    mut source: S,
    fill: fn(&mut S, &mut Page) -> Result<bool>,
    asked: &Receiver<Wanted>,
    replies: &Sender<Reply<T>>,
) {
    while let Ok(wanted) = asked.recv() {
        match wanted {
            Wanted::Items(most) => {
                for _ in 0..most {
                    let item = source.next();
                    let is_last = !matches!(item, Some(Ok(_)));
                    if replies.send(Reply::Item(item)).is_err() {
                        return;
                    }
                    if is_last {
                        break;
                    }
                }
            }
            Wanted::Page(mut page) => {
                let found = fill(&mut source, &mut page);
                if replies.send(Reply::Page(found, page)).is_err() {
                    return;
                }
            }
        }
    }
}

/// The rows or triples of an answer that is found on another thread.
struct Apart<T> {
    items: Receiver<Reply<T>>,
    asking: Sender<Wanted>,
    /// How many items were asked for that have not come.
    coming: usize,
    time: Time,
    is_over: bool,
}

impl<T> Apart<T> {
    fn of(items: Receiver<Reply<T>>, asking: Sender<Wanted>, time: Time) -> Self {
        Self { items, asking, coming: 0, time, is_over: false }
    }

    /// Asks, and waits for a reply. Where nobody replies any more the answer is over.
    fn reply(&mut self, wanted: Option<Wanted>) -> Result<Reply<T>> {
        if let Some(wanted) = wanted {
            // Of who has gone nothing is received.
            drop(self.asking.send(wanted));
        }
        received(&self.items, self.time).inspect_err(|_| self.is_over = true)
    }

    /// Fills a page, or takes an item that is on its way.
    fn fill(&mut self, page: &mut Page, push: fn(T, &mut Page)) -> Result<bool> {
        if self.is_over {
            return Ok(false);
        }
        if self.coming > 0 {
            let Some(item) = self.next() else { return Ok(false) };
            push(item?, page);
            return Ok(true);
        }
        match self.reply(Some(Wanted::Page(std::mem::take(page))))? {
            Reply::Page(found, filled) => {
                *page = filled;
                self.is_over = !matches!(found, Ok(true));
                found
            }
            Reply::Item(_) => Err(Error::query("the work ended without a result")),
        }
    }
}

impl<T> Iterator for Apart<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        if self.is_over {
            return None;
        }
        let wanted = (self.coming == 0).then_some(Wanted::Items(AT_ONCE));
        self.coming = if wanted.is_some() { AT_ONCE } else { self.coming };
        let item = match self.reply(wanted) {
            Ok(Reply::Item(item)) => item,
            Ok(Reply::Page(..)) => None,
            Err(error) => Some(Err(error)),
        };
        self.coming -= 1;
        self.is_over = !matches!(item, Some(Ok(_)));
        item
    }
}

impl RowSource for Apart<Row> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        self.fill(page, |row, page| {
            page.clear(row.len());
            page.push_row(&row);
        })
    }
}

impl TripleSource for Apart<Triple> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        self.fill(page, |Triple { subject, predicate, object }, page| {
            page.clear(3);
            page.push_row(&vec![Some(subject.into()), Some(predicate.into()), Some(object)]);
        })
    }

    fn time_left(&self) -> Option<Duration> {
        Some(self.time.over.saturating_duration_since(Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Literal;

    fn in_ms(ms: u64) -> Time {
        let now = Instant::now();
        let allowed = Duration::from_millis(ms);
        Time { allowed, over: now + allowed, end: now + allowed }
    }

    /// Three rows, and then work that hears nothing until `end` says so.
    fn deaf(ends: Receiver<()>) -> impl FnOnce(Taker<'_>) + Send {
        move |taker| {
            let rows = (0..3).map(|n| Ok(vec![Some(Literal::from(n).into())]));
            let rest = std::iter::from_fn(move || {
                let _ = ends.recv();
                None
            });
            taker(Ok(Answer::Rows(Rows::of(Vec::new(), rows.chain(rest)))));
        }
    }

    #[test]
    fn what_was_found_before_work_is_given_up_is_given_out() {
        for by_page in [false, true] {
            let (end, ends) = channel();
            let Ok(Answer::Rows(mut rows)) = answer(in_ms(100), deaf(ends)) else { panic!("rows") };
            let mut given = 0;
            if by_page {
                let mut page = Page::default();
                let stopped = loop {
                    match rows.rows.page(&mut page) {
                        Ok(true) => given += page.len(),
                        Ok(false) => break None,
                        Err(error) => break Some(error.kind),
                    }
                };
                assert_eq!(stopped, Some(Kind::Limit));
                assert_eq!(rows.rows.page(&mut page).ok(), Some(false), "the end is the end");
            } else {
                let found = rows.gather_first(usize::MAX);
                given += found.rows.len();
                assert_eq!(
                    found.stopped.map(|error| error.message.clone()),
                    Some("stopped after 0.1 s".into())
                );
            }
            assert_eq!(given, 3);
            drop(end);
        }
        let (end, ends) = channel::<()>();
        let stopped = waited_for(in_ms(10), move || Ok(ends.recv().is_ok()));
        assert_eq!(stopped.err().map(|error| error.kind), Some(Kind::Limit));
        drop(end);
    }

    #[test]
    fn rows_and_pages_go_on_where_the_other_stopped() {
        let of = |count: usize| {
            answer(in_ms(60_000), move |taker| {
                let rows = (0..count as i64).map(|n| Ok(vec![Some(Literal::from(n).into())]));
                taker(Ok(Answer::Rows(Rows::of(Vec::new(), rows))));
            })
        };
        let Ok(Answer::Rows(mut rows)) = of(3000) else { panic!("rows") };
        let (mut page, mut given) = (Page::default(), 0);
        while rows.rows.next().is_some_and(|row| row.is_ok()) && rows.rows.page(&mut page).unwrap() {
            given += 1 + page.len();
        }
        assert_eq!(given, 3000);
        assert_eq!(
            answer(in_ms(1000), |taker| taker(Ok(Answer::Boolean(true)))).ok().map(|answer| match answer {
                Answer::Boolean(found) => found,
                _ => false,
            }),
            Some(true)
        );
        let wrong = answer(in_ms(1000), |taker| taker(Err(Error::query("no"))));
        assert_eq!(wrong.err().map(|error| error.message.clone()), Some("no".into()));
    }
}
