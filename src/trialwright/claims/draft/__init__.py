"""A first claims file from pasted text, by rules; a person confirms it."""

from trialwright.claims.draft.files import Draft, draft_file, draft_text

__all__ = ["Draft", "draft_file", "draft_text"]
