"""
Errors, by who must act.

    TradewatchError
    ├── ConfigError             a setting is missing or malformed            the operator
    ├── SourceError
    │   ├── SourceUnavailable   timeout, 5xx, quota: the next run tries      nobody
    │   ├── SourceRefused       bad key, bad parameter                       the operator
    │   ├── SourceTruncated     the answer hit a row cap and cannot be split the operator
    │   └── SourceChanged       the layout is not the one we know            a developer, with the kept bytes
    ├── DataError               a file given by a user cannot be trusted     the user
    ├── QueryError              a file of queries/ does not run              whoever wrote it
    ├── RuleError               a file of alerts/ or data/claims is invalid  whoever wrote it
    └── DeliveryError           a channel refused the digest                 the operator

Every message is one sentence that says what, where, what was expected, what was found and what to do.
"""


class TradewatchError(Exception):
    """The base of every error that a user may see; `cli.main` prints it in one sentence and exits with 1."""


class ConfigError(TradewatchError):
    """A setting is missing or malformed: the operator must correct it."""


class SourceError(TradewatchError):
    """A source of statistics gave something that cannot be used."""


class SourceUnavailable(SourceError):
    """Timeout, 5xx or quota: nobody must act, the next run tries again."""


class SourceRefused(SourceError):
    """A bad key or a bad parameter: the operator must correct it."""


class SourceTruncated(SourceError):
    """The answer hit a row cap, so rows are missing: ask for less at once."""


class SourceChanged(SourceError):
    """The layout is not the one we know: a developer must look, with the bytes at hand."""


class DataError(TradewatchError):
    """A file given by a user cannot be trusted: nothing of it was loaded."""


class QueryError(TradewatchError):
    """A file of queries/ does not run: whoever wrote it must correct it."""


class RuleError(TradewatchError):
    """A file of alerts/ or data/claims is invalid: whoever wrote it must correct it."""


class DeliveryError(TradewatchError):
    """A channel refused the digest: the operator must look."""
