#!/usr/bin/env python3
"""Many transactions on durable stores side by side, one engine after the other in each round: A B C A B C ...

    pip install pyoxigraph oxilite
    python3 benches/transactions.py DATA.nt [--many 300] [--each 1000] [--rounds 3] [--engines baimo,oxigraph,oxilite]
                                    [--apart] [--sync off] [--folder FOLDER]

Each transaction is the text of an INSERT DATA with EACH lines of DATA. baimo (`target/release/baimo`, or $BAIMO) reads
them from a pipe in one process, and merges at its end where that is due; with --apart it is a process for each. The others
take them one by one in a Python process: oxigraph is pyoxigraph on RocksDB, which does not sync; oxilite is on SQLite.
Prints for each engine the median of processor time (user and system, of all its threads), of wall time, and the greatest
memory, the bytes on disk after, and the ratio of processor times to oxigraph's. All must hold equally many quads at the end.
At the end: how long an append of 1000 bytes with `fdatasync` takes on this disk alone.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEER = r'''
import importlib, sys
engine, folder, updates = sys.argv[1:4]
if engine == "oxigraph":
    store = importlib.import_module("pyoxigraph").Store(folder)
else:
    store = importlib.import_module("oxilite").Store(folder + "/store.sqlite")
for line in open(updates):
    store.update(line.rstrip().rstrip(";"))
print(len(store))
'''


def updates(data, many, each, path):
    with open(data) as lines, open(path, "w") as out:
        for _ in range(many):
            rows = [line.strip() for _, line in zip(range(each), lines)]
            if rows:
                out.write("INSERT DATA { " + " ".join(rows) + " } ;\n")


def timed(command, stdin=None):
    """Runs a command: its output, processor seconds, wall seconds, greatest memory in megabytes."""
    # Files and no pipes: a program that says a line for each of a million statements would wait for who reads them.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdin=stdin, stdout=output, stderr=error)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        output.seek(0)
        error.seek(0)
        if status:
            sys.exit(f"{command[0]} failed: {error.read().decode()[-500:]}")
        return output.read().decode(), usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def run(engine, folder, path, asked):
    if engine != "baimo":
        output, *figures = timed([sys.executable, "-c", PEER, engine, str(folder), path])
        return int(output), figures
    baimo = os.environ.get("BAIMO", ROOT / "target/release/baimo")
    options = ["--sync", asked.sync] if asked.sync else []
    if asked.apart:
        all_figures = []
        for line in open(path):
            pathlib.Path(f"{path}.one").write_text(line.rstrip().rstrip(";"))
            all_figures.append(timed([baimo, "update", "--store", folder, *options, "-f", f"{path}.one"])[1:])
        processor, wall, memory = zip(*all_figures)
        figures = [sum(processor), sum(wall), max(memory)]
    else:
        with open(path) as stdin:
            _, *figures = timed([baimo, "--store", folder, *options], stdin)
    count = timed([baimo, "query", "--store", folder, "-F", "csv", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"])[0]
    return int(count.split()[1]), figures


def sync_alone(folder, times=300):
    path = folder / "sync"
    took = []
    with open(path, "ab", buffering=0) as file:
        for _ in range(times):
            begun = time.perf_counter()
            file.write(b"x" * 1000)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begun)
    path.unlink()
    return statistics.median(took)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--many", type=int, default=300)
    parser.add_argument("--each", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default="baimo,oxigraph,oxilite")
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--sync")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("transactions.tmp"))
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    asked.folder.mkdir(parents=True)
    path = str(asked.folder / "updates")
    updates(asked.data, asked.many, asked.each, path)
    engines, found, counts = asked.engines.split(","), {}, set()
    for _ in range(asked.rounds):
        for engine in engines:
            folder = asked.folder / engine
            shutil.rmtree(folder, ignore_errors=True)
            if engine != "baimo":
                folder.mkdir()
            count, figures = run(engine, folder, path, asked)
            counts.add(count)
            disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
            found.setdefault(engine, []).append([*figures, disk])
    if len(counts) != 1:
        sys.exit(f"they hold different numbers of quads: {sorted(counts)}")
    median = {engine: [statistics.median(column) for column in zip(*rows)] for engine, rows in found.items()}
    base = median.get("oxigraph", [None])[0]
    print(f"{asked.many} transactions of {asked.each} triples, {counts.pop()} quads, median of {asked.rounds} rounds")
    for engine, (processor, wall, memory, disk) in median.items():
        ratio = f", {processor / base:.2f} of oxigraph" if base else ""
        each = 1e6 * processor / asked.many
        print(f"{engine:9} processor {processor:7.2f} s ({each:.0f} µs each){ratio}; wall {wall:7.2f} s; "
              f"memory {memory:.0f} MB; disk {disk:.1f} MB")
    print(f"an append with fdatasync alone: {1000 * sync_alone(asked.folder):.2f} ms")
    shutil.rmtree(asked.folder)


if __name__ == "__main__":
    main()
