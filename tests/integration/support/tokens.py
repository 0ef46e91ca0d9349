"""Tokens as the user service and the other services issue them (services.md 1.8)."""

import base64
import hashlib
import hmac
import json
import time
import uuid

SECRET = "test-secret-of-at-least-32-bytes-length"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(claims, secret=SECRET, header=None):
    """A token with these claims; `header` other than HS256's makes one that must be refused."""
    head = encode(json.dumps(header or {"alg": "HS256", "typ": "JWT"}).encode())
    body = encode(json.dumps(claims).encode())
    key = secret if isinstance(secret, bytes) else secret.encode()
    signature = hmac.new(key, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{encode(signature)}"


def access_claims(user_id, role="customer", **changes):
    now = int(time.time())
    claims = {
        "iss": "user-service", "aud": "ecommerce-api", "typ": "access", "sub": user_id, "user_id": user_id,
        "email": "someone@example.test", "role": role, "jti": str(uuid.uuid4()),
        "iat": now, "nbf": now, "exp": now + 900,
    }
    claims.update(changes)
    return {key: value for key, value in claims.items() if value is not None}


def access(user_id=None, role="customer", **changes):
    return sign(access_claims(user_id or str(uuid.uuid4()), role, **changes))


def refresh(user_id):
    now = int(time.time())
    return sign({
        "iss": "user-service", "aud": "ecommerce-auth", "typ": "refresh", "sub": user_id, "user_id": user_id,
        "jti": str(uuid.uuid4()), "fam": str(uuid.uuid4()), "iat": now, "exp": now + 604800,
    })


def service_secret():
    """As a service derives it in development."""
    return hmac.new(SECRET.encode(), b"svc", hashlib.sha256).digest()


def service(caller, callee):
    now = int(time.time())
    return sign({"iss": f"{caller}-service", "aud": f"{callee}-service", "typ": "service", "iat": now,
                 "exp": now + 60}, service_secret())
