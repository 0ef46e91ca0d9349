"""The contract's tables held against every route of the product service (services.md 7: S2, S3, S6, P1):
contract_test.py PROGRAM [CASE] with TEST_SERVERS set."""

import itertools
import os
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import h2, tokens  # noqa: E402
from support.service import Service  # noqa: E402
from support.servers import run_cases, sql  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402

PROGRAM = sys.argv[1]
API = "/api/v1"
DATABASES = (f"product_{number}" for number in itertools.count(1))

ADMIN = tokens.access(role="admin")
SELLER_ID, OTHER_SELLER_ID, CUSTOMER_ID = (str(uuid.uuid4()) for _ in range(3))
SELLER = tokens.access(SELLER_ID, "seller")
OTHER_SELLER = tokens.access(OTHER_SELLER_ID, "seller")
CUSTOMER = tokens.access(CUSTOMER_ID)

PRODUCT = {"name": "A lamp", "base_price": 1250, "currency": "usd"}


def start(servers, database=None, **env):
    servers.need("postgres")
    return Service(PROGRAM, "product", servers, database or next(DATABASES), {"KAFKA_BROKERS": "none", **env})


def create(service, path, body, token=ADMIN):
    answer = service.post(f"{API}/{path}", body, token=token)
    equal(answer.status, 201, repr(answer))
    return answer.data


def publish(service, name="A lamp", token=SELLER, **more):
    return create(service, "products", {**PRODUCT, "name": name, "status": "published", **more}, token)


def is_refused(answer, status, code):
    equal((answer.status, answer.code), (status, code), repr(answer))
    equal(answer.json["error"]["request_id"], answer.headers["x-correlation-id"])


@case
def sellers_keep_to_their_own_products(servers):
    with start(servers) as service:
        product = publish(service)
        path = f"{API}/products/{product['id']}"
        variant = create(service, f"products/{product['id']}/variants", {"sku": "S-1", "name": "One"}, SELLER)
        image = create(service, f"products/{product['id']}/images", {"url": "https://x.test/a.png"}, SELLER)
        changes = [("PUT", path, {"base_price": 1}), ("DELETE", path, None),
                   ("POST", f"{path}/variants", {"sku": "S-2", "name": "x"}),
                   ("PUT", f"{path}/variants/{variant['id']}", {"name": "x"}),
                   ("DELETE", f"{path}/variants/{variant['id']}", None),
                   ("POST", f"{path}/images", {"url": "https://x.test/b.png"}),
                   ("PUT", f"{path}/images/{image['id']}", {"alt_text": "x"}),
                   ("DELETE", f"{path}/images/{image['id']}", None)]
        for method, where, body in changes:
            is_refused(service.request(method, where, body), 401, "UNAUTHORIZED")
            is_refused(service.request(method, where, body, token=CUSTOMER), 403, "FORBIDDEN")
            is_refused(service.request(method, where, body, token=OTHER_SELLER), 403, "FORBIDDEN")
            spoofed = {"X-User-ID": SELLER_ID, "X-User-Role": "admin"}
            equal(service.request(method, where, body, token=CUSTOMER, headers=spoofed).status, 403)
        is_refused(service.put(path, {"seller_id": OTHER_SELLER_ID}, token=SELLER), 403, "FORBIDDEN")
        equal(service.put(path, {"seller_id": OTHER_SELLER_ID}, token=ADMIN).data["seller_id"], OTHER_SELLER_ID)


@case
def every_route_refuses_in_the_envelope(servers):
    with start(servers) as service:
        document = service.get("/openapi.json").json
        for pattern, operations in document["paths"].items():
            path = pattern
            for parameter in ("id", "idOrSlug", "variantId", "imageId", "reviewId"):
                path = path.replace("{" + parameter + "}", str(uuid.uuid4()))
            wrong = service.request("PATCH", path, token=ADMIN)
            is_refused(wrong, 405, "METHOD_NOT_ALLOWED")
            equal({method.lower() for method in wrong.headers["allow"].split(", ")} - {"head"}, set(operations))
            for method, operation in operations.items():
                for token in (tokens.refresh(CUSTOMER_ID), "garbage"):
                    is_refused(service.request(method.upper(), path, token=token), 401, "UNAUTHORIZED")
                if operation["security"] == [{"bearer": []}]:
                    is_refused(service.request(method.upper(), path), 401, "UNAUTHORIZED")
                if "requestBody" not in operation:
                    continue
                is_refused(service.request(method.upper(), path, "{", token=ADMIN), 400, "INVALID_INPUT")
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                is_refused(service.request(method.upper(), path, "a=1", token=ADMIN, headers=form), 415,
                           "UNSUPPORTED_MEDIA_TYPE")
                is_refused(service.request(method.upper(), path, '{"x":"' + "y" * 1100000 + '"}', token=ADMIN), 413,
                           "PAYLOAD_TOO_LARGE")
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                if schema.get("required") and "{" not in pattern:
                    answer = service.request(method.upper(), path, {}, token=ADMIN)
                    is_refused(answer, 400, "VALIDATION_ERROR")
                    equal(set(answer.json["error"]["fields"]), set(schema["required"]), pattern)
        for path in ("products/nope/reviews", "banners/nope", "products/x/variants/y"):
            equal(service.request("GET" if "variants" not in path else "DELETE", f"{API}/{path}", token=ADMIN).status,
                  404)


@case
def the_list_filters_sorts_and_walks(servers):
    with start(servers) as service:
        parent = create(service, "categories", {"name": "Home"})
        child = create(service, "categories", {"name": "Kitchen", "parent_id": parent["id"]})
        brand = create(service, "brands", {"name": "Acme"})
        for number in range(12):
            publish(service, f"Thing {number:02}", base_price=(number * 7) % 5 * 100,
                    category_id=child["id"] if number % 2 else None, brand_id=brand["id"] if number % 3 == 0 else None)

        def names(query):
            return [item["name"] for item in service.get(f"{API}/products?per_page=50&{query}").json["data"]]

        every = [f"Thing {number:02}" for number in range(12)]
        equal(names(""), every[::-1])
        equal(names("sort_by=name_asc"), every)
        equal(names("sort=name_desc"), every[::-1])
        odd = [name for number, name in enumerate(every) if number % 2]
        for value in (parent["id"], "home", "kitchen", child["id"].upper(), "none,kitchen"):
            equal(names(f"sort_by=name_asc&category_id={value}"), odd, value)
        equal(names("sort_by=name_asc&category=home"), odd)
        equal(names("brand_id=acme&sort_by=name_asc"), every[::3])
        equal(names("category_id=unknown"), [])
        equal(names("min_price=400&max_price=400&sort_by=name_asc"), ["Thing 02", "Thing 07"])
        equal(names("search=thing+07"), ["Thing 07"])
        equal(names("search=thi"), every[::-1])
        equal(names("search=%26|!'\\"), [])
        for sort in ("newest", "price_asc", "price_desc", "name_asc", "name_desc"):
            whole = names(f"sort_by={sort}")
            walked, page = [], service.get(f"{API}/products?per_page=5&sort_by={sort}").json
            while True:
                walked += [item["name"] for item in page["data"]]
                if not page["has_next"]:
                    break
                page = service.get(f"{API}/products?per_page=5&sort_by={sort}&cursor={page['next_cursor']}").json
            equal(walked, whole, sort)
        past = service.get(f"{API}/products?page=99").json
        equal((past["data"], past["total_count"], past["has_next"]), ([], 12, False))
        cursor = service.get(f"{API}/products?per_page=5").json["next_cursor"]
        is_refused(service.get(f"{API}/products?sort_by=name_asc&cursor={cursor}"), 400, "INVALID_PARAMETER")


@case
def grpc_answers_the_services_of_its_list(servers):
    with start(servers) as service:
        product = publish(service, variants=[{"sku": "G-1", "name": "One"}])
        address = {"PRODUCT_GRPC_ADDR": f"127.0.0.1:{service.grpc_port}", "KAFKA_BROKERS": "none"}
        with Service(os.environ["CART"], "cart", servers, next(DATABASES), address) as cart:
            equal(cart.get(f"/catalogue/{product['id']}").data, {"name": "A lamp", "variants": 1})
            is_refused(cart.get(f"/catalogue/{uuid.uuid4()}"), 404, "NOT_FOUND")
            with Service(os.environ["FIXTURE"], "fixture", servers, next(DATABASES), address) as stranger:
                is_refused(stranger.get(f"/catalogue/{product['id']}"), 403, "FORBIDDEN")
            equal(service.metric("grpc_server_handled_total", code="OK"), 1)
            equal(service.metric("grpc_server_handled_total", code="PERMISSION_DENIED"), 1)
            service.terminate()
            is_refused(cart.get(f"/catalogue/{product['id']}"), 503, "SERVICE_UNAVAILABLE")


def grpc_health(service):
    """What grpc.health.v1.Health/Check answers: 1 SERVING, 2 NOT_SERVING."""
    head = h2.head("POST", "/grpc.health.v1.Health/Check", te="trailers", content_type="application/grpc")
    with h2.Connection(service.grpc_port) as connection:
        connection.send(h2.frame(h2.HEADERS, h2.END_HEADERS, 1, head) + h2.frame(h2.DATA, h2.END_STREAM, 1, bytes(5)))
        frames = connection.read(lambda frames: h2.of(frames, h2.DATA, 1))
    message = h2.of(frames, h2.DATA, 1)[0][3]
    equal(message[:6], b"\0\0\0\0\2\x08")  # uncompressed, two bytes: field 1, a number
    return message[6]


@case
def the_health_of_grpc_follows_the_database(servers):
    with start(servers) as service:
        equal(grpc_health(service), 1)
        servers.tell("kill", "postgres")
        try:
            eventually(lambda: grpc_health(service) == 2, what="it serves no more")
        finally:
            servers.tell("restart", "postgres")
        eventually(lambda: grpc_health(service) == 1, what="it serves again")


@case
def ten_thousand_products_are_listed_within_the_bar(servers):
    """services.md 3.1: plans, not times: no statement of the list may read the table row by row."""
    database = next(DATABASES)
    with start(servers, database, SEED_DATA="true", SEED_PRODUCTS="10000") as service:
        sql(servers, database, "ANALYZE")
        equal(service.get(f"{API}/products").json["total_count"], 10030)
        for query in ("", "page=400", "sort_by=price_asc", "sort_by=name_desc", "category_id=clothing"):
            equal(service.get(f"{API}/products?{query}").status, 200)
    plan = sql(servers, database, "EXPLAIN SELECT id FROM products p WHERE deleted_at IS NULL AND status = 'published' "
                                  "ORDER BY created_at DESC, id DESC LIMIT 21 OFFSET 20")
    assert any("Index" in line[0] for line in plan), plan


if __name__ == "__main__":
    sys.exit(run_cases("postgres"))
