"""The tokenizer of uncased BERT models in plain Python: what src/embed/words and src/embed/wordpiece do, for the tools."""

import unicodedata

from make_fold_table import HANGUL, fold, kind

MAX_CHARACTERS = 100  # of a word; a longer one is unknown


def words(text: str) -> list[str]:
    """Folded words; punctuation and ideographs alone."""
    out: list[str] = []
    word = ""
    for char in text:
        what = kind(ord(char))
        if what == "kDropped":
            continue
        if what == "kSpace":
            out, word = (out + [word], "") if word else (out, "")
            continue
        folded = "".join(map(chr, fold(ord(char)))) if ord(char) not in HANGUL else unicodedata.normalize("NFD", char)
        if what == "kIdeograph" or kind(ord(folded[0])) == "kPunctuation":
            out += [word, folded] if word else [folded]
            word = ""
        else:
            word += folded
    return out + [word] if word else out


def pieces(word: str, vocabulary: dict[str, int], unknown: int) -> list[int]:
    """Longest match first, as WordPiece does; a word with a part that is not known is unknown as a whole."""
    if len(word) > MAX_CHARACTERS:
        return [unknown]
    ids, begin = [], 0
    while begin < len(word):
        end = len(word)
        while end > begin and (("##" if begin else "") + word[begin:end]) not in vocabulary:
            end -= 1
        if end == begin:
            return [unknown]
        ids.append(vocabulary[("##" if begin else "") + word[begin:end]])
        begin = end
    return ids


def tokenize(text: str, vocabulary: dict[str, int], unknown: int = 100) -> list[int]:
    return [piece for word in words(text) for piece in pieces(word, vocabulary, unknown)]
