import socket


def attempt(name, action):
    try:
        action()
        print("ESCAPED:", name)
    except Exception as error:
        print("refused:", name, type(error).__name__, error)


def connect():
    socket.create_connection(("127.0.0.1", @PORT@), timeout=2).sendall(b"hello")


def bind():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()


def datagram():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", @PORT@))


def unix():
    socket.socket(socket.AF_UNIX).connect("@OUTSIDE@/socket")


def pair():
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"hello", "@OUTSIDE@/datagrams")


attempt("connect", connect)
attempt("bind", bind)
attempt("datagram", datagram)
attempt("unix socket", unix)
attempt("datagram from a pair", pair)
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
