"""The facts of files: those that are known already, and those that have to be parsed, in several processes if many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice

from asyncsql_lint.cache.keys import digest, program
from asyncsql_lint.cache.packing import packed, unpacked
from asyncsql_lint.cache.store import Store
from asyncsql_lint.diagnostics.site import Site
from asyncsql_lint.engine.outcome import Progress
from asyncsql_lint.flow.events import Unparsable
from asyncsql_lint.source.files import SourceFile
from asyncsql_lint.syntax.facts import ModuleFacts
from asyncsql_lint.syntax.failure import ParseFailure
from asyncsql_lint.syntax.wire import Parsed, decode, encode
from asyncsql_lint.syntax.workers import parse_all

WORTH_A_PROCESS = 500_000
"""Characters of source that have to be parsed for each process: about what it gains in the time that it takes to start.

One process is worth it, too: it parses with lighter nodes (`syntax.lean`) than this one can.
"""


class FactsSource:
    """Gives the facts of files. What it gave last is at hand for the next time; the rest comes from `store`.

    `jobs` is how many processes may parse at once; `parsed` says how many texts were, the last time, `taken` how many
    files were known from before.
    """

    def __init__(self, store: Store | None = None, jobs: int = 1) -> None:
        self._store = store
        self._jobs = jobs
        self._last: dict[bytes, Parsed] = {}
        self.parsed = 0
        self.taken = 0

    def of(
        self, files: Sequence[SourceFile], progress: Progress | None
    ) -> tuple[dict[str, ModuleFacts], list[Unparsable]]:
        """The facts of every file that parses, and an event for each that does not. Call it on the deep stack."""
        keys = {file.path: digest("facts", program(), file.text) for file in files}
        known = {key: self._last[key] for key in keys.values() if key in self._last}
        known |= self._stored([key for key in keys.values() if key not in known])
        missing = {keys[file.path]: file.text for file in files if keys[file.path] not in known}
        done = len(files) - len(missing)
        fresh: dict[bytes, bytes] = {}
        for key, (result, data) in zip(missing, self._parse(list(missing.values())), strict=True):
            known[key] = result
            if self._store is not None:
                fresh[key] = packed(data or encode(result))
            done += 1
            if progress is not None:
                progress(done, len(files))
        if self._store is not None:
            self._store.put(fresh)
        self._last = known
        self.parsed = len(missing)
        self.taken = sum(keys[file.path] not in missing for file in files)
        facts: dict[str, ModuleFacts] = {}
        broken: list[Unparsable] = []
        for file in files:
            result = known[keys[file.path]]
            if isinstance(result, ModuleFacts):
                facts[file.path] = result
            else:
                place = Site(file.path, 0)
                broken.append(Unparsable(site=place, reason=result.message, line=result.line, column=result.column))
        return facts, broken

    def _stored(self, keys: Sequence[bytes]) -> dict[bytes, Parsed]:
        if self._store is None:
            return {}
        read = {key: unpacked(data) for key, data in self._store.get(keys).items()}
        return {key: result for key, data in read.items() if (result := decode(data)) is not None}

    def _parse(self, texts: list[str]) -> Iterator[tuple[Parsed, bytes | None]]:
        """What each text came to, with the bytes in which it came here."""
        jobs = min(self._jobs, sum(map(len, texts)) // WORTH_A_PROCESS)
        done = 0
        if jobs > 0:
            # Where no more processes are to be had, the rest is parsed here.
            with suppress(OSError), closing(parse_all(texts, jobs)) as answers:
                for data in answers:
                    yield decode(data) or ParseFailure("the answer of the parser's process cannot be read", 1, 0), data
                    done += 1
        if done < len(texts):
            from asyncsql_lint.syntax.worker import parsed  # LibCST takes a while to import: not if others parse

            for text in islice(texts, done, None):
                yield parsed(text), None
