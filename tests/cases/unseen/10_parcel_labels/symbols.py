"""Bar codes as strings of narrow and wide bars."""

WIDE = {"0": "nnnwwnwnn", "1": "wnnwnnnnw", "2": "nnwwnnnnw", "3": "wnwwnnnnn", "4": "nnnwwnnnw"}
WIDE |= {"5": "wnnwwnnnn", "6": "nnwwwnnnn", "7": "nnnwnnwnw", "8": "wnnwnnwnn", "9": "nnwwnnwnn"}


def code_39(text: str) -> str:
    return " ".join(WIDE[digit] for digit in text)


def interleaved(text: str) -> str:
    pairs = zip(text[::2], text[1::2], strict=False)
    return "".join(WIDE[one][:4] + WIDE[two][:4] for one, two in pairs)
