#!/usr/bin/env python3
"""Queries that explode: how late each stops at its limits, and what it leaves behind.

    python3 benches/exploding.py BINARY [--wall] [--first] [--ways=query,pipe,prompt,Ctrl-C,memory] [NAME,...]

Each query of QUESTIONS runs over a small graph in five ways: `query` with a limit of time; its statement on standard input;
at the prompt, in a terminal; stopped by Ctrl-C; and `query` with a limit of memory.

In: a program. Out: a line a query. In the first four ways a cell is `word+rest`, in milliseconds of processor time of all
threads (with --wall, of the clock, which says something on a quiet machine only): `word` from the limit to the word on it, and
`rest` from there to the end of the process, or at the prompt what is done in the second that follows. A limit of time is
counted from when the program has worked for half the time of an empty query, since its own clock begins then. At the prompt the limit is counted from the moment the last key is pressed, so that reading the
text counts too. `!` marks a word later than 20 ms, a wrong exit code, and at the prompt work that goes on, or a thread more
than before, when the second is over. The last cell is the peak of memory, resident, above that of an empty query, as a part
of the limit, marked over 1.2. A query that ends by itself before the limit is `ended`. The exit code must be 4 (130 for
Ctrl-C), and what was written must be a whole document: JSON is parsed.

With --first the programs come before others on the machine (nice -20), as the one who looks always does: their limits begin
with them then, however crowded it is, and for as long as they run others hardly do.

Its limit: what is looked at from outside is seen a millisecond late.
"""
import json
import os
import pty
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time

PREFIX = "PREFIX : <http://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
ALL = "?a ?p ?b . ?c ?q ?d . ?e ?r ?f . ?g ?s ?h"
DOUBLE = 'BIND("aaaaaaaaaaaaaaaa" AS ?t0) ' + " ".join(
    f"BIND(CONCAT(?t{n}, ?t{n}) AS ?t{n + 1})" for n in range(24)
)
VALUES = " ".join(f"VALUES ?v{n} {{ {' '.join(str(i) for i in range(40))} }}" for n in range(7))
UNION = "{ %s }" % " UNION ".join(["{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }"] * 30)
QUESTIONS = {
    "product-count": "SELECT (COUNT(?x) AS ?n) { %s FILTER(?b != ?d) BIND(?h AS ?x) FILTER(STR(?h) != STR(?f)) }" % ALL,
    "product-rows": "SELECT * { %s }" % ALL,
    "product-distinct": "SELECT DISTINCT ?a ?d ?e ?h { %s }" % ALL,
    "product-sorted": "SELECT * { %s } ORDER BY ?h ?a" % ALL,
    "product-top-1": "SELECT * { %s } ORDER BY DESC(STR(?h)) ?a LIMIT 1" % ALL,
    "product-random": "SELECT * { ?a ?p ?b . ?c ?q ?d } ORDER BY RAND()",
    "product-grouped": "SELECT ?a ?h (COUNT(*) AS ?n) (SUM(STRLEN(STR(?d))) AS ?l) { %s } GROUP BY ?a ?h ?d" % ALL,
    "product-filter": "SELECT * { %s FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?h))) < 3) }" % ALL,
    "product-regex": 'SELECT * { %s FILTER(REGEX(CONCAT(STR(?a), STR(?d)), "(x+x+)+y$")) }' % ALL,
    "product-optional": "SELECT * { ?a ?p ?b OPTIONAL { ?c ?q ?d OPTIONAL { ?e ?r ?f FILTER(?b = ?f && ?d != ?f) } } }",
    "product-minus": "SELECT * { ?a ?p ?b . ?c ?q ?d MINUS { ?a ?x ?y . ?z ?u ?d . ?v ?w ?k } }",
    "product-not-exists": "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d FILTER NOT EXISTS { ?a :next ?y . ?y :next ?z FILTER(?z = ?d || STR(?b) = STR(?z)) } }",
    "product-exists-bound": "SELECT (COUNT(?t) AS ?n) { ?a ?p ?b . ?c ?q ?d BIND(EXISTS { ?a ?x ?d . ?m ?n ?b } AS ?t) }",
    "product-union": "SELECT (COUNT(DISTINCT ?f) AS ?n) { %s FILTER(STR(?b) < STR(?f)) }" % UNION,
    "product-values": "SELECT (SUM(?v0 * ?v1 + ?v6) AS ?n) { %s }" % VALUES,
    "product-values-rows": "SELECT * { %s }" % VALUES,
    "product-values-distinct": "SELECT DISTINCT * { %s }" % VALUES,
    "sub-selects": "SELECT (COUNT(?k) AS ?n) { { SELECT ?a ?d (CONCAT(STR(?a), STR(?d)) AS ?k) { ?a ?p ?b . ?c ?q ?d } } { SELECT ?e ?h { ?e ?r ?f . ?g ?s ?h } } FILTER(?k > STR(?h)) }",
    "sub-select-sorted": "SELECT * { { SELECT ?a ?d { ?a ?p ?b . ?c ?q ?d } ORDER BY ?d ?a } { SELECT DISTINCT ?e { ?e ?r ?f . ?g ?s ?h } } }",
    "paths-all": "SELECT (COUNT(*) AS ?n) { ?a (:next|^:next|:kind)* ?b . ?c (:next|:kind|^:kind)+ ?d FILTER(?a != ?d) }",
    "paths-negated": "SELECT * { ?a (!:none|^(!:none))* ?b }",
    "paths-nested": "SELECT * { ?a ((:next+/^:kind?)*|(^:next/:kind*)+)* ?b }",
    "paths-product": "SELECT (COUNT(?a) AS ?n) { ?a :next* ?b . ?c :next* ?d . FILTER(STR(?b) < STR(?d)) }",
    "concat-doubled": "SELECT (STRLEN(?t24) AS ?n) (SHA512(?t24) AS ?h) { ?a ?p ?b . %s }" % DOUBLE,
    "concat-doubled-rows": "SELECT ?a ?t16 { ?a ?p ?b . ?c ?q ?d . %s }" % DOUBLE,
    "replace-nested": 'SELECT (STRLEN(?y) AS ?n) { ?a ?p ?b . ?c ?q ?d %s BIND(REPLACE(REPLACE(?t12, "a", "aa"), "a", "bbb") AS ?x) BIND(REPLACE(?x, "b", "cccc") AS ?y) }' % DOUBLE,
    "replace-in-place": 'SELECT (STRLEN(?x) AS ?n) { ?a ?p ?b . %s BIND(REPLACE(?t22, "a", "bcd") AS ?x) }' % DOUBLE,
    "upper-long": "SELECT (STRLEN(UCASE(LCASE(?t24))) AS ?n) { ?a ?p ?b . %s FILTER(STRENDS(ENCODE_FOR_URI(CONCAT(?t24, STR(?a))), 'x')) }" % DOUBLE,
    "regex-backtracking": 'SELECT * { ?a ?p ?b . ?c ?q ?d %s FILTER(REGEX(CONCAT(?t1, STR(?a), STR(?c)), "^(a+)+\\\\1$")) }' % DOUBLE,
    "regex-long": 'SELECT * { ?a ?p ?b . %s FILTER(REGEX(?t20, "(a?){50}a{50}b")) }' % DOUBLE,
    "regex-many": "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . %s FILTER(REGEX(?t20, CONCAT(?t10, STR(?a), STR(?d)))) }" % DOUBLE,
    "contains-long": "SELECT (COUNT(CONTAINS(?t20, CONCAT(?t15, 'b', STR(?a), ?t15))) AS ?n) { ?a ?p ?b . ?c ?q ?d . %s }" % DOUBLE,
    "language-long": "SELECT (COUNT(STRLANG(STR(?a), ?t20)) AS ?n) { ?a ?p ?b . ?c ?q ?d . %s }" % DOUBLE,
    "node-long": "SELECT (COUNT(BNODE(CONCAT(STR(?a), ?t19))) AS ?n) { ?a ?p ?b . ?c ?q ?d . %s }" % DOUBLE,
    "cast-long": "SELECT (COUNT(xsd:decimal(CONCAT(?t19, '1', STR(?b)))) AS ?n) { ?a :size ?b . ?c ?q ?d . %s }" % DOUBLE.replace("aaaaaaaaaaaaaaaa", "9999999999999999"),
    "group-concat": "SELECT (STRLEN(GROUP_CONCAT(CONCAT(STR(?a), STR(?d)))) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }",
    "group-concat-groups": "SELECT ?b (GROUP_CONCAT(?h; separator=', ') AS ?n) { %s } GROUP BY ?b ?d" % ALL,
    "group-concat-distinct": "SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a), STR(?d), STR(?e))) AS ?n) { %s }" % ALL,
    "count-distinct": "SELECT (COUNT(DISTINCT CONCAT(STR(?a), STR(?d), STR(?e))) AS ?n) { %s }" % ALL,
    "count-distinct-all": "SELECT (COUNT(DISTINCT *) AS ?n) { %s }" % ALL,
    "min-computed": "SELECT (MIN(CONCAT(STR(?a), STR(?d), STR(?h))) AS ?n) (MAX(?b + ?d) AS ?m) { %s }" % ALL,
    "construct": "CONSTRUCT { ?a :with ?d . ?e ?q ?h } { %s }" % ALL,
    "construct-blank": "CONSTRUCT { [] :of ?a ; :with [ :value ?h ] } { %s }" % ALL,
    "describe": "DESCRIBE ?a ?d { %s }" % ALL,
    "insert": "INSERT { ?a :with ?d . ?e :and ?h } WHERE { %s }" % ALL,
    "delete-insert": "DELETE { ?a ?p ?b } INSERT { ?a ?p ?h ; :as [ :was ?d ] } WHERE { %s }" % ALL,
}
TIME, MEMORY = 1.0, 150 * 1000 * 1000
# Milliseconds that may pass between a limit and the word on it.
BAR = 20
WAYS = ["query", "pipe", "prompt", "Ctrl-C", "memory"]


def graph(path):
    """1 600 nodes in a ring with chords, of 7 kinds, with names and numbers."""
    with open(path, "w") as out:
        for n in range(1600):
            s = f"<http://example.org/n{n}>"
            for to in (n + 1, n * 7 + 3):
                out.write(f"{s} <http://example.org/next> <http://example.org/n{to % 1600}> .\n")
            out.write(f"{s} <http://example.org/kind> <http://example.org/kind{n % 7}> .\n")
            out.write(f'{s} <http://example.org/name> "node number {n}" .\n')
            out.write(f'{s} <http://example.org/size> "{n % 311}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n')


def processor_time(pid):
    """Seconds that all threads of a process have run, with those that have ended (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def first():
    """What a program does before it begins: it comes before others, without keeping them out for ever."""
    if "--first" in sys.argv:
        os.setpriority(os.PRIO_PROCESS, 0, -20)


class Clock:
    """What passes for time: that of a process's threads, or that of the wall."""

    def __init__(self, wall):
        self.wall = wall

    def now(self, pid):
        return time.monotonic() if self.wall else processor_time(pid)


class Run:
    """One process, watched: when it said that it was stopped, when it ended, its exit code and peak of memory."""

    def __init__(self, clock, command, stdin=subprocess.DEVNULL):
        self.clock, self.begun = clock, time.monotonic()
        self.out = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=stdin, stdout=self.out, stderr=subprocess.PIPE, preexec_fn=first)

    def wait(self, limit, send=None, start=0.0):
        """Waits for the limit, for the word that it was met, and for the end. Gives the milliseconds between them, as
        two numbers; nothing where the end came before the limit. The limit is counted from when the program has worked
        for `start` seconds."""
        pid, at, said, self.error = self.process.pid, None, None, ""
        since = None if start else self.begun
        os.set_blocking(self.process.stderr.fileno(), False)
        while True:
            now, wall = self.clock.now(pid), time.monotonic() - self.begun
            if since is None and processor_time(pid) >= start:
                since = time.monotonic()
            # The process is there, if only its name, until it is waited for.
            done = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            self.error += (self.process.stderr.read() or b"").decode(errors="replace")
            if said is None and ("stopped" in self.error or "interrupted" in self.error):
                said = now
            if done:
                break
            if at is None and since is not None and time.monotonic() - since >= limit:
                at = now
                if send:
                    os.kill(pid, send)
            if wall > limit + 20:
                self.process.kill()
            time.sleep(0.0005)
        end = self.clock.now(pid)
        _, status, used = os.wait4(pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.peak, self.took = used.ru_maxrss * 1024, end - (self.begun if self.clock.wall else 0)
        if at is None:
            return None
        said = max(at, end if said is None else said)
        return (said - at) * 1000, (end - said) * 1000

    def is_whole(self):
        """Whether what was written is JSON; of a long document its end is looked at."""
        size = self.out.seek(0, os.SEEK_END)
        if size > 1 << 24:
            self.out.seek(size - 4)
            return self.out.read() == b"]}}\n"
        self.out.seek(0)
        try:
            json.loads(self.out.read())
            return True
        except ValueError:
            return False


def verdict(took, code, wanted):
    if took is None:
        # Stopped between two looks at the clock, or done.
        return "0+0" if code == wanted else "ended" if code == 0 else f"ended: {code}!"
    if code == 0:
        return "ended"
    word, rest = took
    mark = "!" if word > BAR or code != wanted else ""
    return f"{word:.0f}+{rest:.0f}{mark}" + (f" ({code})" if code != wanted else "")


def at_the_prompt(clock, binary, data, question):
    """A cell: time between the limit and the word, and in the second after it."""
    pid, terminal = pty.fork()
    if pid == 0:
        first()
        os.environ.update(TERM="xterm", HOME=tempfile.mkdtemp())
        os.execv(binary, [binary, "--data", data])
    seen = b""

    def until(mark, seconds):
        nonlocal seen
        end = time.monotonic() + seconds
        while mark not in seen and time.monotonic() < end:
            if select.select([terminal], [], [], 0.002)[0]:
                try:
                    seen += os.read(terminal, 1 << 16)
                except OSError:
                    return False
        return mark in seen

    def threads():
        return len(os.listdir(f"/proc/{pid}/task"))

    try:
        until(b"> ", 20)
        os.write(terminal, f".pager off\r.timeout {TIME}s\r".encode())
        until(b"never", 0.5)
        before = threads()
        # Read from a file: to type it takes time of its own.
        with tempfile.NamedTemporaryFile("w", suffix=".rq") as file:
            file.write(question)
            file.flush()
            os.write(terminal, f".read {file.name}".encode())
            until(b"never", 0.2)
            seen, limit = b"", time.monotonic() + TIME
            os.write(terminal, b"\r")
            while time.monotonic() < limit:
                until(b"stopped", min(0.002, max(0, limit - time.monotonic())))
            at = clock.now(pid)
            ended = any(word in seen for word in (b"rows \xc2\xb7", b"row \xc2\xb7", b"triples \xc2\xb7", b"error"))
            if ended and b"stopped" not in seen:
                return "ended"
            if not until(b"stopped", 15):
                return "never!"
            said = clock.now(pid)
            until(b"never", 0.7)
            idle = processor_time(pid)
            until(b"never", 0.3)
            now, more = processor_time(pid), threads() - before
            word, rest = (said - at) * 1000, (0 if clock.wall else now - said) * 1000
            busy = f" busy {(now - idle) * 1000:.0f}!" if now - idle > 0.003 else ""
            return f"{word:.0f}+{rest:.0f}" + ("!" if word > BAR else "") + busy + (f" {more} threads!" if more > 0 else "")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def piped(clock, command, text):
    """A program that reads a statement from standard input."""
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        return Run(clock, command, stdin=file)


def cells_of(name, ways, clock, binary, data, folder, empty, empty_pipe):
    """The cells of a line, and what is said of the document."""
    # By then its own clock runs: a part of the time goes to the end of the program.
    question, start = PREFIX + QUESTIONS[name], empty.took / 2
    changes = name in ("insert", "delete-insert")
    verb = "update" if changes else "query"
    changed = ["-o", os.path.join(folder, "out.nq")] if changes else []
    format = [] if changes or name in ("construct", "construct-blank", "describe") else ["-F", "json"]
    time_limit, document = ["--timeout", f"{TIME}s"], "-"
    for way in WAYS:
        if way not in ways:
            yield "", document
            continue
        if way == "query":
            run = Run(clock, [binary, verb, "--data", data, *time_limit, *format, *changed, question])
            cell = verdict(run.wait(TIME, start=start), run.process.returncode, 4)
            document = "-" if not format else "whole" if run.is_whole() else "cut!"
        elif way == "pipe":
            run = piped(clock, [binary, "--data", data, *time_limit], " ".join(question.split()) + ";\n")
            cell = verdict(run.wait(TIME, start=empty_pipe.took / 2), run.process.returncode, 4)
        elif way == "prompt":
            cell = at_the_prompt(clock, binary, data, question)
        elif way == "Ctrl-C":
            run = Run(clock, [binary, verb, "--data", data, *changed, question])
            cell = verdict(run.wait(TIME, signal.SIGINT), run.process.returncode, 130)
        else:
            limit = ["--max-memory", f"{MEMORY // 1000000}MB", "--timeout", "20s"]
            run = Run(clock, [binary, verb, "--data", data, *limit, *format, *changed, question])
            run.wait(30)
            part = (run.peak - empty.peak) / MEMORY
            cell = f"{part:.2f}" + ("!" if part > 1.2 else "")
            cell = cell if "memory" in run.error else f"not met {cell}"
        yield cell, document


def main():
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    binary, *names = [word for word in sys.argv[1:] if not word.startswith("--")]
    binary, clock = os.path.abspath(binary), Clock("--wall" in options)
    ways = next((word[7:].split(",") for word in options if word.startswith("--ways=")), WAYS)
    wanted = names[0].split(",") if names else list(QUESTIONS)
    try:
        # Who looks must not wait for those who work.
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except (AttributeError, PermissionError):
        print("without a priority of its own: on a crowded machine the figures are not to be trusted")
    folder = tempfile.mkdtemp()
    text, data = os.path.join(folder, "g.nt"), os.path.join(folder, "g.pack")
    graph(text)
    subprocess.run([binary, "pack", text, "-o", data], check=True, stderr=subprocess.DEVNULL)
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    for _ in range(2):
        empty = Run(clock, [binary, "query", "--data", data, "ASK {}"])
        empty.wait(10)
        empty_pipe = piped(clock, [binary, "--data", data], PREFIX + "ASK {};\n")
        empty_pipe.wait(10)
    print(f"an empty query: {empty.took * 1000:.1f} ms, {empty.peak / 1e6:.0f} MB; in a pipe: {empty_pipe.took * 1000:.1f} ms")
    print(f"{'':26}" + "".join(f"{way:>14}" for way in WAYS) + "  document")
    bad = 0
    for name in wanted:
        line = list(cells_of(name, ways, clock, binary, data, folder, empty, empty_pipe))
        document = next((told for _, told in line if told != "-"), "-")
        print(f"{name:26}" + "".join(f"{cell:>14}" for cell, _ in line) + f"  {document}", flush=True)
        bad += sum("!" in cell for cell in [*(cell for cell, _ in line), document])
    print(f"{bad} over the bars")


if __name__ == "__main__":
    main()
