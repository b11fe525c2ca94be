//! The edits of a file, once it is known what goes and what comes: separators, lines and new statements.
//!
//! In: an [`Editor`] that has a place for each change. Out: cuts and texts to put in. A file is written in its own style.

use super::editor::{Editor, News};
use super::layout::line_end;
use super::parts::{Block, Facts, Inner, Note, Object, Outline, Place, Statement, Value, Verb};
use super::pen::WIDTH;
use super::style::padding;
use crate::error::{Error, Result};
use crate::terms::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term};

/// New facts about one subject in one graph.
type Own = (GraphName, NamedOrBlankNode, Vec<(NamedNode, Term)>);

impl<'a> Editor<'a> {
    fn between(&self, from: usize, to: usize) -> &str {
        self.task.text.get(from..to).unwrap_or_default()
    }

    pub(super) fn nameless(&self) -> Error {
        Error::data(format!("{} cannot be changed in place: a blank node without a label would be mentioned at a second place", self.task.name))
            .hint("give it a label in the file, as in _:x, and say the rest about that; nothing was written")
    }

    /// Writes what becomes of a statement.
    pub(super) fn write_statement(&mut self, statement: &Statement) -> Result<()> {
        let subject = &statement.subject;
        if let Some(text) = self.words.remove(&subject.place.start) {
            self.changes.put(subject.place.clone(), text);
        }
        let inner_goes = self.whole_goes(subject);
        let lives = statement.facts.as_ref().is_some_and(|facts| self.lives(facts));
        if !lives && inner_goes && statement.slots.start < statement.slots.end {
            self.changes.cut(statement.place.clone());
            return Ok(());
        }
        self.write_value(subject)?;
        let Some(facts) = &statement.facts else { return Ok(()) };
        if lives {
            return self.write_facts(facts);
        }
        if matches!(subject.inner, Inner::Items(..)) {
            return Err(
                self.stuck(&statement.place, "all that is said about this list goes, and the list stays")
            );
        }
        self.changes.cut(whole(facts));
        Ok(())
    }

    /// Whether some of these facts stay, or new ones come.
    fn lives(&self, facts: &Facts) -> bool {
        self.news.contains_key(&facts.opened) || facts.verbs.iter().any(|verb| !self.all_dead(verb))
    }

    fn write_value(&mut self, value: &Value) -> Result<()> {
        match &value.inner {
            Inner::Plain => {
                let Some(news) = self.empty.remove(&value.place.start) else { return Ok(()) };
                let indent = self.indent_at(value.place.start);
                let entries = self.pen.entries(&news.facts, value.place.start, &indent, 0);
                let text = format!("[ {} ]", entries.ok_or_else(|| self.nameless())?.join(" ; "));
                self.changes.put(value.place.clone(), text);
                Ok(())
            }
            Inner::Reified(_) => Ok(()),
            Inner::Facts(facts) if self.lives(facts) => self.write_facts(facts),
            Inner::Facts(facts) => {
                self.changes.cut(facts.opened..facts.closes.start);
                Ok(())
            }
            Inner::Items(items, _) => match self.lists.remove(&value.place.start) {
                Some(new) => self.write_list(value, items, &new),
                None => items.iter().try_for_each(|item| self.write_object(item)),
            },
        }
    }

    pub(super) fn write_object(&mut self, object: &Object) -> Result<()> {
        if let Some(text) = self.objects.remove(&object.slot) {
            self.changes.put(object.place(), text);
            return Ok(());
        }
        self.write_value(&object.value)?;
        object.notes.iter().try_for_each(|note| self.write_note(note))
    }

    fn write_note(&mut self, note: &Note) -> Result<()> {
        if self.gone(note.slot) {
            self.changes.cut(note.place.clone());
            return Ok(());
        }
        let alone = !note.tilde && note.blocks.len() == 1;
        for (place, facts) in &note.blocks {
            match self.lives(facts) {
                true => self.write_facts(facts)?,
                // A reifier without a word about it stays.
                false if alone => self.changes.put(place.clone(), "~"),
                false => self.changes.cut(place.clone()),
            }
        }
        Ok(())
    }

    /// Writes what becomes of facts of which some stay or come.
    fn write_facts(&mut self, facts: &Facts) -> Result<()> {
        let news = self.news.remove(&facts.opened).unwrap_or_default();
        let mut dead: Vec<bool> = facts.verbs.iter().map(|verb| self.all_dead(verb)).collect();
        for (number, verb) in facts.verbs.iter().enumerate() {
            if dead.get(number) == Some(&false) {
                let objects =
                    news.objects.iter().filter(|(of, _)| *of == number).map(|(_, object)| object.clone());
                self.write_verb(verb, &objects.collect::<Vec<_>>())?;
            }
        }
        let indent = self.indent_of(facts);
        let News { after, facts: mut more, .. } = news;
        // In place of what was last, if that goes.
        let last_goes = dead.last() == Some(&true);
        if last_goes {
            more.splice(0..0, after.iter().map(|(_, predicate, object)| (predicate.clone(), object.clone())));
        } else {
            self.write_after(facts, &after, &indent)?;
        }
        let at = facts.opened;
        let pad = padding(self.task.text, facts);
        let entries = self.pen.entries(&more, at, &indent, pad).ok_or_else(|| self.nameless())?;
        if let (true, Some(last), false) = (last_goes, facts.verbs.last(), entries.is_empty()) {
            let separator = self.separator(facts, &indent);
            self.changes.put(last.place(), entries.join(&separator));
            if let Some(dead) = dead.last_mut() {
                *dead = false;
            }
        } else if !entries.is_empty() {
            self.append(facts, &entries, &indent);
        }
        self.cut_verbs(facts, &dead);
        Ok(())
    }

    /// Cuts predicates with all their objects, and the separators that they leave.
    fn cut_verbs(&mut self, facts: &Facts, dead: &[bool]) {
        let verbs = &facts.verbs;
        let leading = dead.iter().take_while(|dead| **dead).count();
        let trailing = dead.iter().rev().take_while(|dead| **dead).count();
        let last_kept = verbs.len().saturating_sub(trailing + 1);
        let ends_bare = verbs.last().is_some_and(|verb| verb.semicolon.is_none());
        let mut from = 0;
        if let (Some(first), Some(next), true) = (verbs.first(), verbs.get(leading), leading > 0) {
            let run = first.word.start..next.word.start;
            // What comes next takes its place beside the subject.
            if !self.between(facts.opened, run.start).contains('\n') && !self.has_comment(&run) {
                self.changes.cut(run);
                from = leading;
            }
        }
        for (verb, dead) in verbs.iter().zip(dead).take(last_kept + 1).skip(from) {
            if *dead {
                self.changes
                    .cut(verb.word.start..verb.semicolon.as_ref().map_or(verb.place().end, |mark| mark.end));
            }
        }
        let (Some(kept), Some(first), Some(last)) =
            (verbs.get(last_kept), verbs.get(last_kept + 1), verbs.last())
        else {
            return;
        };
        if !ends_bare {
            for verb in verbs.iter().skip(last_kept + 1) {
                self.changes
                    .cut(verb.word.start..verb.semicolon.as_ref().map_or(verb.place().end, |mark| mark.end));
            }
            return;
        }
        let Some(semicolon) = kept.semicolon.clone() else { return };
        let end = last.place().end;
        let point = self.between(facts.closes.start, facts.closes.end) == ".";
        if point && !self.between(end, facts.closes.start).contains('\n') {
            self.changes.put(semicolon, ".");
            self.changes.cut(first.word.start..facts.closes.end);
        } else {
            self.changes.cut(semicolon.start..end);
        }
    }

    /// Writes what becomes of a predicate of which some objects stay, and appends others.
    fn write_verb(&mut self, verb: &Verb, more: &[Term]) -> Result<()> {
        if let Some(text) = self.words.remove(&verb.word.start) {
            self.changes.put(verb.word.clone(), text);
        }
        let dead: Vec<bool> = verb.objects.iter().map(|object| self.dead(object)).collect();
        for (object, dead) in verb.objects.iter().zip(&dead) {
            if !dead {
                self.write_object(object)?;
            }
        }
        self.cut_objects(verb, &dead);
        let Some(last) =
            verb.objects.iter().zip(&dead).rev().find(|(_, dead)| !**dead).map(|(object, _)| object)
        else {
            return Ok(());
        };
        let (end, indent) = (last.place().end, self.indent_at(verb.word.start));
        let mut line = self.line_before(end);
        let gap = match verb.objects.as_slice() {
            [.., before, last] => self.between(before.place().end, last.place().start),
            _ => self.task.outline.style.comma(),
        };
        let gap = if gap.contains('#') { ", " } else { gap }.to_owned();
        let mut out = String::new();
        for object in more {
            let text = self.pen.object(object, end, &indent).ok_or_else(|| self.nameless())?;
            line += gap.len() + text.chars().count();
            if !gap.contains('\n') && line > WIDTH {
                let style = &self.task.outline.style;
                out.push_str(gap.trim_end());
                out.push_str(style.newline());
                out.push_str(&indent);
                out.push_str(style.indent());
                line = indent.len() + text.chars().count();
            } else {
                out.push_str(&gap);
            }
            out.push_str(&text);
        }
        if !out.is_empty() {
            self.changes.put(end..end, out);
        }
        Ok(())
    }

    fn cut_objects(&mut self, verb: &Verb, dead: &[bool]) {
        let objects = &verb.objects;
        let leading = dead.iter().take_while(|dead| **dead).count();
        let trailing = dead.iter().rev().take_while(|dead| **dead).count();
        let last_kept = objects.len().saturating_sub(trailing + 1);
        let mut from = 0;
        if let (Some(first), Some(next), true) = (objects.first(), objects.get(leading), leading > 0) {
            let run = first.place().start..next.place().start;
            if !self.between(verb.word.end, run.start).contains('\n') && !self.has_comment(&run) {
                self.changes.cut(run);
                from = leading;
            }
        }
        for (object, dead) in objects.iter().zip(dead).take(last_kept + 1).skip(from) {
            if *dead {
                let end = object.comma.as_ref().map_or(object.place().end, |comma| comma.end);
                self.changes.cut(object.place().start..end);
            }
        }
        if let (Some(comma), Some(last), true) =
            (objects.get(last_kept).and_then(|kept| kept.comma.clone()), objects.last(), trailing > 0)
        {
            self.changes.cut(comma.start..last.place().end);
        }
    }

    /// How wide the line of a place is up to there.
    fn line_before(&self, at: usize) -> usize {
        let before = self.task.text.get(..at).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().chars().count()
    }

    /// What lines of these facts begin with.
    fn indent_of(&self, facts: &Facts) -> String {
        let style = &self.task.outline.style;
        let own_lines = facts.verbs.iter().rev().find(|verb| {
            let start = verb.word.start;
            self.line_before(start) == self.indent_at(start).chars().count()
        });
        match (own_lines, facts.verbs.first()) {
            (Some(verb), _) => self.indent_at(verb.word.start),
            (None, Some(first)) if style.aligned() => " ".repeat(self.line_before(first.word.start)),
            _ => format!("{}{}", self.indent_at(facts.opened), style.indent()),
        }
    }

    /// What stands between two predicates of these facts.
    fn separator(&self, facts: &Facts, indent: &str) -> String {
        let style = &self.task.outline.style;
        let broken = format!("{}{}{indent}", style.semicolon(), style.newline());
        let [.., before, last] = facts.verbs.as_slice() else {
            let bracket = facts.closes.start < facts.closes.end
                && !self.between(facts.closes.start, facts.closes.end).contains('.');
            let inline = bracket && !self.between(facts.opened, facts.closes.start).contains('\n');
            return if style.breaks() && !inline { broken } else { " ; ".to_owned() };
        };
        let gap = self.between(before.place().end, last.word.start);
        if gap.contains('#') || gap.matches(';').count() != 1 {
            return broken;
        }
        let (head, tail) =
            (gap.split('\n').next().unwrap_or_default(), gap.rsplit('\n').next().unwrap_or_default());
        match (gap.contains('\n'), head.contains(';'), tail.contains(';')) {
            (false, ..) => gap.to_owned(),
            (true, true, _) => format!("{}{}{indent}", head.trim_end_matches('\r'), style.newline()),
            // A `;` that begins a line.
            (true, false, true) => format!("{}{tail}", style.newline()),
            (true, false, false) => broken,
        }
    }

    /// Adds facts after the last ones.
    fn append(&mut self, facts: &Facts, entries: &[String], indent: &str) {
        let Some(last) = facts.verbs.last() else { return };
        let style = &self.task.outline.style;
        let newline = style.newline();
        if let Some(semicolon) = &last.semicolon {
            let end = semicolon.end;
            let put = match line_end(self.task.text, end)
                .filter(|_| self.between(end, facts.closes.start).contains('\n'))
            {
                Some(end) => (
                    end,
                    entries
                        .iter()
                        .map(|entry| format!("{newline}{indent}{entry}{}", style.semicolon()))
                        .collect::<String>(),
                ),
                None => (end, entries.iter().map(|entry| format!(" {entry} ;")).collect()),
            };
            return self.changes.put(put.0..put.0, put.1);
        }
        let mut separator = self.separator(facts, indent);
        let width: usize = entries.iter().map(|entry| entry.chars().count() + separator.len()).sum();
        if !separator.contains('\n') && self.line_before(last.place().end) + width > WIDTH {
            separator = format!("{}{newline}{indent}", style.semicolon());
        }
        let text = entries.join(&separator);
        let (end, closes) = (last.place().end, facts.closes.clone());
        let point =
            self.between(closes.start, closes.end) == "." && !self.between(end, closes.start).contains('\n');
        let comment = line_end(self.task.text, closes.end)
            .filter(|end| !self.between(closes.end, *end).trim().is_empty());
        match comment.filter(|_| point && separator.contains('\n')) {
            // A comment stays with what it is about.
            Some(line_end) => {
                self.changes.put(closes, ";");
                self.changes.put(line_end..line_end, format!("{newline}{indent}{text} ."));
            }
            None => self.changes.put(end..end, separator + &text),
        }
    }

    /// Adds facts after others with their predicates.
    fn write_after(&mut self, facts: &Facts, after: &[(usize, NamedNode, Term)], indent: &str) -> Result<()> {
        for (number, predicate, object) in after {
            let Some(verb) = facts.verbs.get(*number) else { continue };
            let one = [(predicate.clone(), object.clone())];
            let pad = padding(self.task.text, facts);
            let entries = self.pen.entries(&one, facts.opened, indent, pad).ok_or_else(|| self.nameless())?;
            let Some(semicolon) = verb.semicolon.clone() else {
                self.append(facts, &entries, indent);
                continue;
            };
            let style = &self.task.outline.style;
            let text = entries.concat();
            let (at, put) = match line_end(self.task.text, semicolon.end) {
                Some(end) => (end, format!("{}{indent}{text}{}", style.newline(), style.semicolon())),
                None => (semicolon.end, format!(" {text} ;")),
            };
            self.changes.put(at..at, put);
        }
        Ok(())
    }

    /// Adds a quad as a statement after another one.
    pub(super) fn write_line(&mut self, quad: &Quad, statement: usize) -> Result<()> {
        let outline: &Outline = self.task.outline;
        let Some(statement) = outline.statements.get(statement) else { return Ok(()) };
        let start = statement.place.start;
        let subject = self.pen.term(&quad.subject.clone().into(), start).ok_or_else(|| self.nameless())?;
        let line = self.line(&subject, quad, start)?;
        let line = if statement.facts.as_ref().is_some_and(|facts| facts.closes.is_empty()) {
            format!(
                " .{}{}{}",
                outline.style.newline(),
                self.indent_at(start),
                line.trim_end_matches('.').trim_end()
            )
        } else {
            format!("{}{}{line}", outline.style.newline(), self.indent_at(start))
        };
        let end = line_end(self.task.text, statement.place.end).unwrap_or(statement.place.end);
        self.changes.put(end..end, line);
        Ok(())
    }

    /// A statement of one quad.
    fn line(&mut self, subject: &str, quad: &Quad, at: usize) -> Result<String> {
        let verb = self.pen.verb(&quad.predicate, at);
        let object = self.pen.object(&quad.object, at, "").ok_or_else(|| self.nameless())?;
        let graph = match (&quad.graph_name, self.pen.by_lines()) {
            (GraphName::NamedNode(name), true) => format!(" {name}"),
            (GraphName::BlankNode(name), true) => {
                let name = self.pen.term(&name.clone().into(), at).ok_or_else(|| self.nameless())?;
                format!(" {name}")
            }
            _ => String::new(),
        };
        let point = if self.pen.by_lines() {
            " .".to_owned()
        } else {
            self.task.outline.style.point().trim_start_matches(['\r', '\n']).to_owned()
        };
        Ok(format!("{subject} {verb} {object}{graph}{point}"))
    }

    /// Adds what is about subjects that the file has nothing about.
    pub(super) fn write_own(&mut self, quads: Vec<Quad>) -> Result<()> {
        let newline = self.task.outline.style.newline();
        let at = self.task.text.len();
        if self.pen.by_lines() {
            let mut out = String::new();
            for quad in &quads {
                let subject =
                    self.pen.term(&quad.subject.clone().into(), at).ok_or_else(|| self.nameless())?;
                out.push_str(&self.line(&subject, quad, at)?);
                out.push_str(newline);
            }
            self.at_end(&out, false);
            return Ok(());
        }
        let mut own: Vec<Own> = Vec::new();
        for Quad { subject, predicate, object, graph_name } in quads {
            match own.iter_mut().rev().find(|(graph, of, _)| *graph == graph_name && *of == subject) {
                Some((_, _, facts)) => facts.push((predicate, object)),
                None => own.push((graph_name, subject, vec![(predicate, object)])),
            }
        }
        while let Some((graph, ..)) = own.first() {
            let graph = graph.clone();
            let (of_graph, rest) = own.into_iter().partition(|(name, ..)| *name == graph);
            own = rest;
            self.write_graph(&graph, of_graph)?;
        }
        Ok(())
    }

    fn write_graph(&mut self, graph: &GraphName, own: Vec<Own>) -> Result<()> {
        let outline: &Outline = self.task.outline;
        let (style, newline) = (&outline.style, outline.style.newline());
        let between = if style.apart() { format!("{newline}{newline}") } else { newline.to_owned() };
        let is_default = graph.is_default_graph();
        let block = if is_default { None } else { self.block_of(graph) };
        let (at, indent) = match block {
            _ if is_default => (self.task.text.len(), String::new()),
            Some(block) => {
                (block.closes.start, format!("{}{}", self.indent_at(block.closes.start), style.indent()))
            }
            None => (self.task.text.len(), style.indent().to_owned()),
        };
        let mut blocks = Vec::new();
        for (_, subject, facts) in &own {
            blocks.push(self.statement(subject, facts, at, &indent)?);
        }
        let text = blocks.join(&between);
        let Some(block) = block else {
            let text = match graph {
                GraphName::DefaultGraph => format!("{text}{newline}"),
                GraphName::NamedNode(name) => {
                    let name = self.pen.term(&name.clone().into(), at).unwrap_or_default();
                    format!("{name} {{{newline}{text}{newline}}}{newline}")
                }
                GraphName::BlankNode(name) => {
                    let name = self.pen.term(&name.clone().into(), at).ok_or_else(|| self.nameless())?;
                    format!("{name} {{{newline}{text}{newline}}}{newline}")
                }
            };
            self.at_end(&text, !is_default || style.apart());
            return Ok(());
        };
        if let Some(end) = block.unended {
            self.changes.put(end..end, " .");
        }
        let start = self.task.text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
        match self.between(start, at).trim().is_empty() {
            true => self.changes.put(start..start, format!("{text}{newline}")),
            false => self.changes.put(at..at, format!("{newline}{text}{newline}")),
        }
        Ok(())
    }

    /// The last block of a graph in the file.
    fn block_of(&self, graph: &GraphName) -> Option<&'a Block> {
        let last = *self.task.graphs.get(graph)?;
        self.task.outline.blocks.iter().find(|block| block.slots.contains(&last))
    }

    /// A statement with all its facts.
    fn statement(
        &mut self,
        subject: &NamedOrBlankNode,
        facts: &[(NamedNode, Term)],
        at: usize,
        base: &str,
    ) -> Result<String> {
        let name = self.pen.subject(subject, at).ok_or_else(|| self.nameless())?;
        let outline: &Outline = self.task.outline;
        let style = &outline.style;
        let newline = style.newline();
        let alone = style.subject_alone();
        let indent = if style.aligned() && !alone {
            format!("{base}{}", " ".repeat(name.chars().count() + 1))
        } else {
            format!("{base}{}", style.indent())
        };
        let pad = if style.breaks() { style.padding() } else { 0 };
        let entries = self.pen.entries(facts, at, &indent, pad).ok_or_else(|| self.nameless())?;
        let separator =
            if style.breaks() { format!("{}{newline}{indent}", style.semicolon()) } else { " ; ".to_owned() };
        let first = if alone { format!("{newline}{indent}") } else { " ".to_owned() };
        Ok(format!("{base}{name}{first}{}{}", entries.join(&separator), style.point()))
    }

    /// Adds a text at the end of the file.
    fn at_end(&mut self, text: &str, apart: bool) {
        if text.is_empty() {
            return;
        }
        let (end, newline) = (self.task.text.len(), self.task.outline.style.newline());
        let before = self.task.text;
        let mut out = String::new();
        let first = !std::mem::replace(&mut self.ended, true);
        if first && !before.is_empty() && !before.ends_with('\n') {
            out.push_str(newline);
        }
        let last = before.trim_end_matches(['\r', '\n']).len();
        let empty_line =
            before.trim().is_empty() || before.get(last..).unwrap_or_default().matches('\n').count() > 1;
        if apart && (!first || !empty_line) {
            out.push_str(newline);
        }
        out.push_str(text);
        self.changes.put(end..end, out);
    }

    /// Declares the prefixes that what was written needs.
    pub(super) fn declare(&mut self) {
        let outline: &Outline = self.task.outline;
        let missing = self.pen.missing();
        if missing.is_empty() {
            return;
        }
        let newline = outline.style.newline();
        let first = outline.first.unwrap_or(self.task.text.len());
        let header = outline.prefixes.iter().rev().find(|prefix| prefix.place.end <= first);
        let as_sparql =
            header.is_some_and(|prefix| !self.between(prefix.place.start, prefix.place.end).starts_with('@'));
        let line = |(name, namespace): (&String, &String)| match as_sparql {
            true => format!("PREFIX {name}: <{namespace}>"),
            false => format!("@prefix {name}: <{namespace}> ."),
        };
        let lines: Vec<String> = missing.iter().map(line).collect();
        match header.map(|prefix| line_end(self.task.text, prefix.place.end).unwrap_or(prefix.place.end)) {
            Some(end) => self.changes.put(end..end, format!("{newline}{}", lines.join(newline))),
            None => {
                self.changes.put_first(first..first, format!("{}{newline}{newline}", lines.join(newline)))
            }
        }
    }
}

/// From the first predicate to the last object, with the separator after it.
fn whole(facts: &Facts) -> Place {
    let start = facts.verbs.first().map_or(facts.opened, |verb| verb.word.start);
    let end = facts
        .verbs
        .last()
        .map_or(start, |verb| verb.semicolon.as_ref().map_or(verb.place().end, |mark| mark.end));
    start..end
}
