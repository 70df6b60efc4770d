"""The loopback proxy: stands between an AI client and its server, and screens answers as they pass.

Only this package (and the mail fetcher) holds IP sockets, in a process of its own that holds no model and no key of the
journal. It needs the extra `proxy`.
"""
