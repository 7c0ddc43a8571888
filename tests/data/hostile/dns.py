import socket

print("ESCAPED", socket.getaddrinfo("example.org", 80))
