//! The walker's part for columns, groups and aggregates: what SPARQL 1.1, sections 11 and 18.2.4, ask of them.
//!
//! In: the walker at a column, a GROUP BY or an aggregate. Out: the names it makes, or the first [`Diagnostic`].
//! It compares expressions by their text, so `YEAR( ?d )` and `YEAR(?d)` count as two.

use super::walk::{Mention, Step, Vars, Walker};
use crate::engine::syntax::tokens::Kind;
use crate::error::Diagnostic;
use std::ops::Range;

/// The rule that keeps aggregates out of patterns.
const RULE: &str = "SPARQL 1.1, section 19.8: aggregates stand only in SELECT, HAVING and ORDER BY";

/// One column of a SELECT.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) range: Range<usize>,
    /// For `(... AS ?x)`: where the expression is, and its variables outside aggregates.
    pub(super) computed: Option<(Range<usize>, Vec<Mention>)>,
}

/// What a GROUP BY says.
#[derive(Default)]
pub(super) struct Grouping {
    /// The variables that have a value for each group.
    vars: Vars,
    /// Where each plain variable stands.
    places: Vec<Mention>,
    /// The expressions without a name, each with its variables.
    unnamed: Vec<(Range<usize>, Vec<String>)>,
}

impl Walker<'_> {
    pub(super) fn computed_column(&mut self) -> Step<Column> {
        self.eat("(");
        self.distinct_in_parentheses()?;
        self.mentioned.clear();
        let start = self.here().start;
        self.assigned(":=")?;
        self.expression()?;
        let expression = start..self.range_at(self.at.saturating_sub(1)).end;
        if self.is(")") {
            return self.wrong("a computed column needs a name", "write `(... AS ?name)`");
        }
        self.assigned(":=")?;
        if self.kind() == Some(Kind::Variable) {
            let (expression, name) = (self.quoted(expression), self.words());
            return self.wrong(
                "AS is missing before the name of this column",
                format!("write `({expression} AS {name})`"),
            );
        }
        self.expect("AS", "`AS` and a name for this column")?;
        let range = self.here();
        let word = self.words();
        let is_word = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !word.is_empty();
        if is_word && self.is_at(self.at + 1, ")") {
            return self
                .wrong(format!("the variable `{word}` lacks its question mark"), format!("write `?{word}`"));
        }
        let name = self.variable("the name of this column, a variable")?;
        let mentions = std::mem::take(&mut self.mentioned);
        self.close_after_name()?;
        Ok(Column { name, range, computed: Some((expression, mentions)) })
    }

    /// `SELECT (DISTINCT ?x)`.
    fn distinct_in_parentheses(&self) -> Step {
        if !self.is("DISTINCT")
            || self.kind_at(self.at + 1) != Some(Kind::Variable)
            || !self.is_at(self.at + 2, ")")
        {
            return Ok(());
        }
        let name = self.words_at(self.at + 1);
        self.wrong("DISTINCT stands before the columns", format!("write `SELECT DISTINCT {name}`"))
    }

    /// What the standard forbids of columns though each is well formed.
    pub(super) fn check_columns(
        &self,
        columns: &[Column],
        vars: &Vars,
        grouped: Option<&Grouping>,
        aggregated: bool,
        star: bool,
    ) -> Step {
        let grouping = grouped.is_some() || aggregated;
        if grouped.is_none() && self.is("GROUP") {
            return Ok(()); // a GROUP BY out of order is the better thing to say
        }
        if star && grouping {
            return self.wrong(
                "`SELECT *` cannot stand with grouping",
                "name the grouped variables and the aggregates",
            );
        }
        let none = Grouping::default();
        let grouped = grouped.unwrap_or(&none);
        let mut seen: Vars = if grouping { grouped.vars.clone() } else { vars.clone() };
        let mut names = Vars::new();
        for column in columns {
            let Column { name, range, computed } = column;
            if let Some((_, mentions)) = computed {
                if seen.contains(name) && !names.contains(name) {
                    return self.stop(self.valued_twice(column, vars, grouped));
                }
                if let Some((name, range)) =
                    mentions.iter().find(|(name, _)| grouping && !seen.contains(name))
                {
                    return self.stop(self.ungrouped(name, range.clone(), column, (vars, grouped)));
                }
            } else if grouping && !seen.contains(name) {
                return self.stop(self.ungrouped(name, range.clone(), column, (vars, grouped)));
            }
            // A column that is named twice is one column; what is computed has a name of its own.
            if !names.insert(name.clone()) && computed.is_some() {
                return self.stop(
                    self.said(format!("SELECT names `?{name}` twice"), range.clone()).hint("remove one"),
                );
            }
            seen.insert(name.clone());
        }
        Ok(())
    }

    /// `AS` names a variable that has a value: from the pattern, or from a GROUP BY that meant this column.
    fn valued_twice(&self, column: &Column, vars: &Vars, grouped: &Grouping) -> Diagnostic {
        let name = &column.name;
        let place = grouped.places.iter().find(|(grouped, _)| grouped == name);
        if let (Some((_, place)), Some((expression, _)), false) =
            (place, &column.computed, vars.contains(name))
        {
            let expression = self.quoted(expression.clone());
            return self
                .said(
                    format!("GROUP BY cannot see `?{name}`: SELECT computes it after the grouping"),
                    place.clone(),
                )
                .hint(format!(
                    "write `GROUP BY ({expression} AS ?{name})`, and plain `?{name}` after SELECT"
                ));
        }
        self.said(format!("`?{name}` has a value already, AS cannot give it another"), column.range.clone())
            .hint("choose another name after AS")
    }

    /// A variable that may have many values in a group.
    fn ungrouped(
        &self,
        name: &str,
        range: Range<usize>,
        column: &Column,
        (vars, grouped): (&Vars, &Grouping),
    ) -> Diagnostic {
        if let ([(expression, _)], false) = (grouped.unnamed.as_slice(), vars.contains(name)) {
            let expression = self.quoted(expression.clone());
            return self
                .said(format!("`?{name}` has no value: GROUP BY gives `{expression}` no name"), range)
                .hint(format!("write `GROUP BY ({expression} AS ?{name})`"));
        }
        let finding = self.said(format!("`?{name}` is neither grouped nor aggregated"), range);
        let within = grouped.unnamed.iter().find(|(_, mentions)| mentions.iter().any(|other| other == name));
        let Some((grouping, _)) = within else {
            return finding.hint(format!(
                "add `?{name}` to GROUP BY, or take one value of each group: `SAMPLE(?{name})`"
            ));
        };
        let grouping = self.quoted(grouping.clone());
        let same = column
            .computed
            .as_ref()
            .is_some_and(|(own, _)| grouping != "..." && self.quoted(own.clone()) == grouping);
        let finding = finding.hint(format!("rows are grouped by `{grouping}`, and that has no name to show"));
        let alias = if column.computed.is_some() { column.name.as_str() } else { "name" };
        finding.hint(if same {
            format!("write `GROUP BY ({grouping} AS ?{alias})`, and plain `?{alias}` after SELECT")
        } else {
            format!("write `GROUP BY ({grouping} AS ?{alias})`, and use `?{alias}` in SELECT")
        })
    }

    pub(super) fn group_by(&mut self) -> Step<Grouping> {
        let mut grouping = Grouping::default();
        let start = self.at;
        loop {
            let (from, begun) = (self.here().start, self.at);
            self.mentioned.clear();
            match self.kind() {
                Some(Kind::Variable) => {
                    let name = self.variable("a variable")?;
                    self.member(begun, false)?;
                    grouping.vars.insert(name.clone());
                    grouping.places.push((name, self.range_at(begun)));
                }
                Some(Kind::Function | Kind::PrefixedName | Kind::Iri) => {
                    self.constraint("GROUP BY")?;
                    let range = from..self.range_at(self.at - 1).end;
                    self.named_outside(range.clone())?;
                    grouping.take_unnamed(range, &self.mentioned);
                }
                _ if self.is("(") => self.grouped_expression(&mut grouping)?,
                _ if self.at == start => {
                    return self.variable("what to group by, a variable").map(|_| grouping);
                }
                _ => break,
            }
            self.operator_outside(begun)?;
            self.no_comma("what to group by stands")?;
        }
        Ok(grouping)
    }

    /// `(expression)` or `(expression AS ?name)`.
    fn grouped_expression(&mut self, grouping: &mut Grouping) -> Step {
        self.keys_in_parentheses()?;
        let outer = self.no_aggregate.replace("GROUP BY");
        self.eat("(");
        let (from, begun) = (self.here().start, self.at);
        self.expression()?;
        let range = from..self.range_at(self.at - 1).end;
        let plain = self.at == begun + 1;
        if self.eat("AS") {
            let name = self.variable("a name, a variable")?;
            grouping.vars.insert(name);
            self.no_aggregate = outer;
            return self.close_after_name();
        } else if self.kind() == Some(Kind::Variable) && self.is_at(self.at + 1, ")") {
            let (expression, name) = (self.quoted(range), self.words());
            return self
                .wrong("AS is missing before the variable", format!("write `({expression} AS {name})`"));
        } else if let ([(name, _)], true) = (self.mentioned.as_slice(), plain) {
            grouping.vars.insert(name.clone());
        } else {
            grouping.take_unnamed(range, &self.mentioned);
        }
        self.no_aggregate = outer;
        self.expect(")", "`)`")
    }

    /// `GROUP BY (?a ?b)`, `GROUP BY (?a, ?b)`: plain variables are keys of their own.
    fn keys_in_parentheses(&self) -> Step {
        let Some(closer) = self.closing(self.at) else { return Ok(()) };
        let names: Vec<&str> = (self.at + 1..closer)
            .filter(|at| self.kind_at(*at) == Some(Kind::Variable))
            .map(|at| self.words_at(at))
            .collect();
        let plain =
            (self.at + 1..closer).all(|at| self.kind_at(at) == Some(Kind::Variable) || self.is_at(at, ","));
        if !plain || names.len() < 2 || !self.is_at(closer, ")") {
            return Ok(());
        }
        let range = self.here().start..self.range_at(closer).end;
        let keys = names.join(" ");
        let first = self.is_at(self.at - 1, "BY");
        self.stop(self.said("plain variables to group by stand without parentheses", range).hint(
            match first {
                true => format!("write `GROUP BY {keys}`"),
                false => format!("write `{keys}`"),
            },
        ))
    }

    /// `GROUP BY YEAR(?d) AS ?y`.
    fn named_outside(&self, expression: Range<usize>) -> Step {
        if !self.is("AS") {
            return Ok(());
        }
        let (expression, name) = (self.quoted(expression), self.name_after_as());
        self.wrong(
            "an expression with a name stands in parentheses",
            format!("write `GROUP BY ({expression} AS {name})`"),
        )
    }

    /// `GROUP BY ?n / 10`.
    fn operator_outside(&mut self, begun: usize) -> Step {
        if !matches!(self.words(), "+" | "-" | "*" | "/" | "=" | "<" | ">" | "!=" | "<=" | ">=" | "&&" | "||")
        {
            return Ok(());
        }
        self.at = begun;
        self.expression()?;
        let range = self.range_at(begun).start..self.range_at(self.at - 1).end;
        let expression = self.quoted(range.clone());
        let name = self.name_after_as();
        self.stop(
            self.said("an expression to group by stands in parentheses", range)
                .hint(format!("write `GROUP BY ({expression} AS {name})`")),
        )
    }

    /// An aggregate, past its name: refuses one where the standard allows none.
    pub(super) fn aggregate(&mut self, name: &str) -> Step {
        if let Some(outer) = &self.in_aggregate {
            let finding =
                self.said(format!("{name} cannot stand within {outer}"), self.range_at(self.at - 1));
            return self.stop(
                finding
                    .hint("the argument of an aggregate cannot contain an aggregate (SPARQL 1.2, grammar notes)")
                    .hint(format!(
                        "compute {name} first, in a sub-select in braces with a GROUP BY, and {outer} around it"
                    )),
            );
        }
        if let Some(clause) = self.no_aggregate {
            return self.misplaced_aggregate(name, clause);
        }
        self.aggregates += 1;
        self.eat("(");
        let outer = self.in_aggregate.replace(name.to_owned());
        let _ = self.eat("DISTINCT");
        if !(name == "COUNT" && self.eat("*")) {
            self.expression()?;
        }
        self.in_aggregate = outer;
        if self.is(",") || name != "GROUP_CONCAT" && self.kind() == Some(Kind::Variable) {
            return self.stop(match name {
                "GROUP_CONCAT" => self
                    .said("the separator of GROUP_CONCAT comes after `;`", self.here())
                    .hint("write `GROUP_CONCAT(?x; SEPARATOR=\", \")`"),
                _ => self
                    .said(format!("{name} takes one argument"), self.here())
                    .hint("an aggregate goes over the rows of a group, not over its arguments"),
            });
        }
        if name == "GROUP_CONCAT" && (self.is("SEPARATOR") || self.kind() == Some(Kind::String)) {
            return self.wrong(
                "the separator of GROUP_CONCAT comes after `;`",
                "write `GROUP_CONCAT(?x; SEPARATOR=\", \")`",
            );
        }
        if name == "GROUP_CONCAT" && self.eat(";") {
            self.expect("SEPARATOR", "`SEPARATOR`")?;
            self.expect("=", "`=` after SEPARATOR")?;
            if self.kind() != Some(Kind::String) {
                return self.fail("the separator in quotes");
            }
            self.at += 1;
        }
        if self.is("ORDER") && self.is_at(self.at + 1, "BY") {
            return self.wrong(
                format!("ORDER BY cannot stand within {name}"),
                "a sub-select in braces, with an ORDER BY of its own, can put the rows in order",
            );
        }
        self.expect(")", "an operator or `)`")
    }

    fn misplaced_aggregate(&self, name: &str, clause: &str) -> Step {
        let finding = self.said(
            format!(
                "{name} cannot stand in {clause}: an aggregate needs a group of rows, {clause} sees one row at a time"
            ),
            self.range_at(self.at - 1),
        );
        let end = self.closing(self.at).map_or(self.here().end, |closer| self.range_at(closer).end);
        let call = self.quoted(self.range_at(self.at - 1).start..end);
        let finding = finding.hint(RULE);
        self.stop(match clause {
            "FILTER" | "WHERE" => finding.hint(format!(
                "group, and compare the groups: `GROUP BY ...` and `HAVING({call} ...)` after the last `}}`"
            )),
            "BIND" => finding.hint(format!("compute it in SELECT: `({call} AS ?name)`")),
            _ => finding.hint("count in a sub-select in braces, and group by its column"),
        })
    }
}

impl Grouping {
    fn take_unnamed(&mut self, range: Range<usize>, mentioned: &[Mention]) {
        self.unnamed.push((range, mentioned.iter().map(|(name, _)| name.clone()).collect()));
    }
}
