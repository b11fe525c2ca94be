#!/usr/bin/env python3
"""Questions that explode: how late each stops at its limits, and what it leaves behind.

    python3 benches/exploding.py BINARY [NAME,...]

Each question of QUESTIONS runs over a small graph in five ways: `query` with a limit of time; its statement on standard
input; at the prompt, in a terminal; stopped by Ctrl-C; and `query` with a limit of memory. Given are, in milliseconds of
processor time, what the process still did between the limit and its word on it (wall time of a crowded machine says
nothing), less what an empty question takes to start, and the peak of its memory (resident, above that of an empty question)
as a part of the limit. `!` marks what is over the bars: 20 ms, 1.2. A
question that ends by itself before the limit is given as `ended`. The exit code must be 4 (130 for Ctrl-C), and what was
written must be a whole document: JSON is parsed.
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
    """Seconds that all threads of a process have run, with those that have ended."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            total += int(open(f"/proc/{pid}/task/{thread}/schedstat").read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass
    return max(total / 1e9, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") - 0.02)


def peak(pid):
    """The most memory that a process has had resident, in bytes."""
    try:
        lines = open(f"/proc/{pid}/status").read().splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


class Run:
    """One process, watched: processor time after a moment, peak memory, exit code."""

    def __init__(self, command, stdin=subprocess.DEVNULL, out=None):
        self.begun = time.monotonic()
        self.out = out or tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=stdin, stdout=self.out, stderr=subprocess.PIPE)

    def wait(self, limit, send=None):
        """Waits for the limit, then for the word that it was met, then for the end. Gives the processor time between the first
        two in milliseconds; nothing where the end came before the limit."""
        pid, at, said, self.peak, self.error = self.process.pid, None, None, 0, ""
        os.set_blocking(self.process.stderr.fileno(), False)
        while True:
            self.peak = max(self.peak, peak(pid))
            try:
                spent = processor_time(pid)
            except (FileNotFoundError, ProcessLookupError):
                spent = 0
            done, status, used = os.wait4(pid, os.WNOHANG)
            self.error += (self.process.stderr.read() or b"").decode(errors="replace")
            if said is None and ("stopped" in self.error or "interrupted" in self.error):
                said = spent
            if done:
                break
            now = time.monotonic() - self.begun
            if at is None and now >= limit:
                at = spent
                if send:
                    os.kill(pid, send)
            if now > limit + 20:
                self.process.kill()
                _, status, used = os.wait4(pid, 0)
                break
            time.sleep(0.001)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.spent = used.ru_utime + used.ru_stime
        if at is None:
            return None
        return max(0.0, (self.spent if said is None else said) - at) * 1000

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


def verdict(milliseconds, code, wanted):
    if milliseconds is None:
        # Stopped between two looks at the clock, or done.
        return "0" if code == wanted else "ended" if code == 0 else f"ended: {code}!"
    mark = "!" if milliseconds > 20 or code != wanted else ""
    return f"{milliseconds:.0f}{mark}" + (f" ({code})" if code != wanted else "")


def at_the_prompt(binary, data, question):
    """Processor time between the limit and the next prompt, in milliseconds."""
    pid, terminal = pty.fork()
    if pid == 0:
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

    try:
        until(b"> ", 20)
        os.write(terminal, f".timeout {TIME}s\r".encode())
        time.sleep(0.5)
        seen = b""
        # Read from a file: to type it takes time of its own.
        with tempfile.NamedTemporaryFile("w", suffix=".rq") as file:
            file.write(question)
            file.flush()
            os.write(terminal, f".read {file.name}\r".encode())
            time.sleep(0.05)
        time.sleep(TIME)
        before = processor_time(pid)
        there = until(b"stopped", 15)
        return (processor_time(pid) - before) * 1000 if there else None
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def main():
    binary = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2].split(",") if len(sys.argv) > 2 else list(QUESTIONS)
    folder = tempfile.mkdtemp()
    data = os.path.join(folder, "g.nt")
    graph(data)
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    empty = Run([binary, "query", "--data", data, "ASK {}"])
    empty.wait(10)
    bad, start = 0, empty.spent * 1000
    late = lambda took, code, wanted: verdict(took if took is None else max(0.0, took - start), code, wanted)
    print(f"{'':26}{'query':>12}{'pipe':>12}{'prompt':>12}{'Ctrl-C':>12}{'memory':>12}  document")
    for name in wanted:
        question = PREFIX + QUESTIONS[name]
        verb = "update" if name in ("insert", "delete-insert") else "query"
        changed = [] if verb == "query" else ["-o", os.path.join(folder, "out.nq")]
        format = ["-F", "json"] if verb == "query" and name not in ("construct", "construct-blank", "describe") else []
        cells = []
        run = Run([binary, verb, "--data", data, "--timeout", f"{TIME}s", *format, *changed, question])
        cells.append(late(run.wait(TIME), run.process.returncode, 4))
        document = "whole" if not format or run.is_whole() else "cut!"
        read, write = os.pipe()
        os.write(write, (" ".join(question.split()) + ";\n").encode())
        os.close(write)
        run = Run([binary, "--data", data, "--timeout", f"{TIME}s"], stdin=read)
        cells.append(late(run.wait(TIME), run.process.returncode, 4))
        took = at_the_prompt(binary, data, question) if verb == "query" else None
        cells.append("-" if took is None else f"{took:.0f}" + ("!" if took > 20 else ""))
        run = Run([binary, verb, "--data", data, *changed, question])
        cells.append(late(run.wait(TIME, signal.SIGINT), run.process.returncode, 130))
        limit = ["--max-memory", f"{MEMORY // 1000000}MB", "--timeout", "20s"]
        run = Run([binary, verb, "--data", data, *limit, *format, *changed, question])
        run.wait(30)
        part = (run.peak - empty.peak) / MEMORY
        if "memory" in run.error:
            cells.append(f"{part:.2f}" + ("!" if part > 1.2 else ""))
        else:
            cells.append(f"not met {part:.2f}")
        print(f"{name:26}" + "".join(f"{cell:>12}" for cell in cells) + f"  {document}", flush=True)
        bad += sum("!" in cell for cell in [*cells, document])
    print(f"{bad} over the bars")


main()
