"""Messages as mail systems really write them, with an address and a tag to be filled in."""

from textwrap import dedent

ORIGINAL = """\
Return-Path: <{tag}>
Received: from mail.example.org by mx.example.net with ESMTPS; Mon, 2 Mar 2026 07:30:04 +0000 (UTC)
From: Paperround <digest@example.org>
To: ana@example.net
Subject: 3 papers for Monday
Message-ID: <0123456789abcdef@example.org>
List-Unsubscribe: <https://digest.example.org/unsubscribe/{token}>, <mailto:digest@example.org?subject=unsubscribe>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Content-Type: text/plain; charset=utf-8

Hello
"""

POSTFIX = """\
Return-Path: <>
X-Original-To: {tag}
Delivered-To: {tag}
Received: by mail.example.org (Postfix)
\tid 4CFA11E0053; Mon,  2 Mar 2026 07:31:00 +0000 (UTC)
Date: Mon,  2 Mar 2026 07:31:00 +0000 (UTC)
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {tag}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="3FA7F1E0051.1772436660/mail.example.org"
Content-Transfer-Encoding: 8bit
Message-Id: <20260302073100.4CFA11E0053@mail.example.org>

This is a MIME-encapsulated message.

--3FA7F1E0051.1772436660/mail.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<ana@example.net>: host mx.example.net[192.0.2.25] said: 550 5.1.1
    <ana@example.net>: Recipient address rejected: User unknown in virtual
    mailbox table (in reply to RCPT TO command)

--3FA7F1E0051.1772436660/mail.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
X-Postfix-Queue-ID: 3FA7F1E0051
X-Postfix-Sender: rfc822; {tag}
Arrival-Date: Mon,  2 Mar 2026 07:30:58 +0000 (UTC)

Final-Recipient: rfc822; ana@example.net
Original-Recipient: rfc822;ana@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 <ana@example.net>: Recipient address rejected:
    User unknown in virtual mailbox table

--3FA7F1E0051.1772436660/mail.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

{original}
--3FA7F1E0051.1772436660/mail.example.org--
"""

# Exim gives no enhanced status of its own, and breaks no lines.
EXIM = """\
Return-path: <>
Envelope-to: {tag}
Delivery-date: Mon, 02 Mar 2026 07:31:00 +0000
Received: from Debian-exim by mail.example.org with local (Exim 4.96) id 1uAbCd-0001Ef-2G
\tfor {tag}; Mon, 02 Mar 2026 07:31:00 +0000
X-Failed-Recipients: ana@example.net
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.org>
To: {tag}
References: <0123456789abcdef@example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary=1772436660-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1uAbCd-0001Ef-2G@mail.example.org>
Date: Mon, 02 Mar 2026 07:31:00 +0000

--1772436660-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

  ana@example.net
    host mx.example.net [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<ana@example.net>:
    550 5.1.1 The user you are trying to contact (ana) does not exist

--1772436660-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Action: failed
Final-Recipient: rfc822;ana@example.net
Status: 5.0.0
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 The user you are trying to contact (ana) does not exist

--1772436660-eximdsn-1804289383
Content-type: message/rfc822

{original}
--1772436660-eximdsn-1804289383--
"""

EXCHANGE = """\
From: <postmaster@example.onmicrosoft.com>
To: <{tag}>
Date: Mon, 2 Mar 2026 07:31:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="b2a83e2d-2b6f-4c8f-9a57-000000000000"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-US
Message-ID: <4d7c@AM6EUR05FT047.example.onmicrosoft.com>
In-Reply-To: <0123456789abcdef@example.org>
Subject: Undeliverable: 3 papers for Monday
Auto-Submitted: auto-replied

--b2a83e2d-2b6f-4c8f-9a57-000000000000
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="b2a83e2d-2b6f-4c8f-9a57-000000000001"

--b2a83e2d-2b6f-4c8f-9a57-000000000001
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to ana@example.net couldn't be delivered: the mailbox is full=
.

--b2a83e2d-2b6f-4c8f-9a57-000000000001
Content-Type: text/html; charset="us-ascii"

<html><body>The recipient's mailbox is full.</body></html>

--b2a83e2d-2b6f-4c8f-9a57-000000000001--

--b2a83e2d-2b6f-4c8f-9a57-000000000000
Content-Type: message/delivery-status

Reporting-MTA: dns;AM6EUR05FT047.mail.protection.example.com
Received-From-MTA: dns;mail.example.org
Arrival-Date: Mon, 2 Mar 2026 07:30:58 +0000

Final-Recipient: rfc822;ana@example.net
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException
X-Display-Name: Ana Example

--b2a83e2d-2b6f-4c8f-9a57-000000000000
Content-Type: message/rfc822

{original}
--b2a83e2d-2b6f-4c8f-9a57-000000000000--
"""

GMAIL = """\
Delivered-To: {tag}
Return-Path: <>
Date: Mon, 02 Mar 2026 07:31:00 -0800 (PST)
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: {tag}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: <0123456789abcdef@example.org>
In-Reply-To: <0123456789abcdef@example.org>
X-Failed-Recipients: ana@example.net
Message-ID: <69a53f1e.050a0220.2f5b8a.0001.GMR@mx.google.com>
MIME-Version: 1.0
Content-Type: multipart/report; boundary="000000000000c8b1f905f7b0a0b3"; report-type=delivery-status

--000000000000c8b1f905f7b0a0b3
Content-Type: multipart/related; boundary="000000000000c8b1f905f7b0a0b3a4"

--000000000000c8b1f905f7b0a0b3a4
Content-Type: text/plain; charset="UTF-8"


** Address not found **

Your message wasn't delivered to ana@example.net because the address couldn't be found.

--000000000000c8b1f905f7b0a0b3a4--
--000000000000c8b1f905f7b0a0b3
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; digest@example.org
Arrival-Date: Mon, 02 Mar 2026 07:30:58 -0800 (PST)
X-Original-Message-ID: <0123456789abcdef@example.org>

Final-Recipient: rfc822; ana@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; aspmx.l.google.com. (2a00:1450:4013:c05::1b, the server for the domain example.net.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the recipient's email address for typos or
 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser 4fb4d7f45d1cf-5e - gsmtp
Last-Attempt-Date: Mon, 02 Mar 2026 07:31:00 -0800 (PST)

--000000000000c8b1f905f7b0a0b3
Content-Type: message/rfc822

{original}
--000000000000c8b1f905f7b0a0b3--
"""

SES = """\
Return-Path: <>
Received: from a7-12.smtp-out.eu-west-1.amazonses.com by mail.example.org; Mon, 2 Mar 2026 07:31:00 +0000
To: {tag}
From: MAILER-DAEMON@eu-west-1.amazonses.com
Date: Mon, 2 Mar 2026 07:31:00 +0000
Subject: Delivery Status Notification (Failure)
Message-ID: <0102019d0000-a1b2c3d4-000000@eu-west-1.amazonses.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_ses_1.12345"

--=_ses_1.12345
Content-Type: text/plain; charset=us-ascii

An error occurred while trying to deliver the mail to the following recipients:
ana@example.net

--=_ses_1.12345
Content-Type: message/delivery-status

Reporting-MTA: dns; a7-12.smtp-out.eu-west-1.amazonses.com

Action: failed
Final-Recipient: rfc822; ana@example.net
Diagnostic-Code: smtp; 554 5.7.1 <ana@example.net>: Sender address rejected: blocked by our reputation list
Status: 5.7.1

--=_ses_1.12345
Content-Type: text/rfc822-headers

{original}
--=_ses_1.12345--
"""

# RFC 5965 §B.1
ARF = """\
From: <abusedesk@example.com>
Date: Mon, 2 Mar 2026 17:40:36 EDT
Subject: FW: 3 papers for Monday
To: <complaints@example.org>
Message-ID: <20260302174036.feedback@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
\tboundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message received from IP 192.0.2.1 on Mon, 2 Mar 2026 07:30:04 UTC.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{mail_from}>
Original-Rcpt-To: <redacted@example.com>
Received-Date: Mon, 2 Mar 2026 07:30:04 UTC
Source-IP: 192.0.2.1

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

{original}
--part1_13d.2e68ed54_boundary--
"""

VACATION = """\
Return-Path: <>
To: {tag}
From: Ana <ana@example.net>
Subject: Out of office: 3 papers for Monday
Auto-Submitted: auto-replied (vacation)
X-Auto-Response-Suppress: All
Message-ID: <vacation-1@example.net>
Content-Type: text/plain; charset=utf-8

I am away until 550 5.1.1 is over.
unsubscribe
+3 -7
"""

REPLY = """\
Return-Path: <somebody.else@example.com>
Delivered-To: {tag}
From: Somebody Else <somebody.else@example.com>
To: Paperround <{tag}>
Subject: {subject}
Message-ID: <reply-1@example.com>
In-Reply-To: <0123456789abcdef@example.org>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="00000000000012345"

--00000000000012345
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: 8bit

{text}

On Mon, 2 Mar 2026 at 07:30, Paperround <digest@example.org>
wrote:

> 1. A paper
> +1
> unsubscribe

--00000000000012345
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">-9</div>
--00000000000012345--
"""

NO_TAG = "bounces@example.org"
NO_TOKEN = "1-AAAAAAAAAAAAAAAAAAAAAA"


def message(template: str, tag: str = NO_TAG, *, token: str = NO_TOKEN, **values: str) -> bytes:
    """The bytes of a sample, with CRLF; `tag` is where it was sent to, `token` the one of its link to unsubscribe."""
    original = ORIGINAL.format(tag=tag, token=token)
    filled = template.format(**({"tag": tag, "original": original, "mail_from": tag} | values))
    return filled.replace("\n", "\r\n").encode()


def reply(text: str, tag: str = NO_TAG, *, subject: str = "Re: 3 papers for Monday") -> bytes:
    """A person's answer, quoting the mail below."""
    return message(REPLY, tag, subject=subject, text=dedent(text))


def failed(action: str, status: str, diagnostic: str = "", *, to: str = NO_TAG, number: int = 1) -> bytes:
    """A short report about one recipient; the number makes it another one."""
    told = f"Final-Recipient: rfc822; ana@example.net\nAction: {action}\nStatus: {status}\n"
    told += f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return report(told, to=to, number=number)


def report(*recipients: str, to: str = NO_TAG, number: int = 1) -> bytes:
    """A short report with a group of fields for each recipient."""
    groups = "\n".join(("Reporting-MTA: dns; mx.example.net\n", *recipients))
    return (
        f"To: {to}\nMessage-ID: <report-{number}@mx.example.net>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\nFailed.\n--b\nContent-Type: message/delivery-status\n\n{groups}\n--b--\n"
    ).encode()
