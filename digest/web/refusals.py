"""What is said where there is no answer, by status: a heading, and what can be done."""

REFUSALS = {
    403: ("Not from there.", "Nothing was changed. Open the page again from your mail and press the button there."),
    404: ("No such page.", "A link from a mail must be whole, to its last letter."),
    405: ("Not here.", "This page cannot do that. Open it again from your mail."),
    408: ("Too slow.", "Nothing was changed. Try again."),
    410: ("This edition is no longer kept.", "Your newer mails and the link to your settings still work."),
    413: ("Too much.", "Nothing was changed. Open the page again from your mail."),
    415: ("Not readable.", "Nothing was changed. Open the page again from your mail and use its own form."),
    429: ("Too many tries.", "Wait a minute."),
}
OTHERWISE = ("Not this way.", "Open the page again from your mail.")
