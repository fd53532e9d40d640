"""A mail server (aiosmtpd) that takes mails of whoever signs in, and tells what came.

    mail.py smtps|starttls|plain CERTIFICATE KEY

Out: the port; then an object for each mail and for each attempt to sign in, one a line. It ends with its input.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

kind, certificate, key = sys.argv[1:]


def tell(**what):
    print(json.dumps(what), flush=True)


def authenticator(server, session, envelope, mechanism, login):
    name, password = login.login.decode(), login.password.decode()
    tell(signs_in=name, password=password)
    is_right = (name, password) == ("ada", "s@cret")
    # What is not handled here is refused by the server.
    return AuthResult(success=is_right, handled=is_right, auth_data=name)


class Handler:
    async def handle_DATA(self, server, session, envelope):
        tell(
            **{"from": envelope.mail_from, "to": envelope.rcpt_tos},
            user=session.auth_data,
            tls=server.transport.get_extra_info("ssl_object") is not None,
            text=envelope.content.decode(),
        )
        return "250 taken"


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()

    def protocol():
        return SMTP(
            Handler(),
            hostname="localhost",
            loop=loop,
            authenticator=authenticator,
            auth_required=True,
            # It does not count what was begun before the first word, and the one without TLS is to be tempting.
            auth_require_tls=kind == "starttls",
            require_starttls=kind == "starttls",
            tls_context=context if kind == "starttls" else None,
        )

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if kind == "smtps" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
