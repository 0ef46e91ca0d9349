"""The product service against a real Postgres: product_test.py PROGRAM [CASE] with TEST_SERVERS set."""

import concurrent.futures
import itertools
import json
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tokens  # noqa: E402
from support.service import Service  # noqa: E402
from support.servers import run_cases, sql  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402

PROGRAM = sys.argv[1]
API = "/api/v1"
DATABASES = (f"product_{number}" for number in itertools.count(1))
CONCURRENT = 50
ADMIN = tokens.access(role="admin")
SELLER_ID, OTHER_ID = str(uuid.uuid4()), str(uuid.uuid4())
SELLER = tokens.access(SELLER_ID, "seller")
OTHER_SELLER = tokens.access(OTHER_ID, "seller")
CUSTOMER_ID = str(uuid.uuid4())
CUSTOMER = tokens.access(CUSTOMER_ID)


def product_service(servers, database=None, **env):
    servers.need("postgres")
    return Service(PROGRAM, "product", servers, database or next(DATABASES), env)


def body(**changes):
    return {"name": f"Thing {uuid.uuid4().hex[:10]}", "base_price": 1000, "currency": "USD", **changes}


def create(service, token=SELLER, **changes):
    answer = service.post(f"{API}/products", body(**changes), token=token)
    equal(answer.status, 201, repr(answer))
    return answer.data


def names(answer):
    return [item["name"] for item in answer.json["data"]]


def refused(answer, status, code):
    equal((answer.status, answer.code), (status, code), repr(answer))


# --- products ---


@case
def a_product_is_created_with_all_that_belongs_to_it(servers):
    with product_service(servers) as service:
        brand = service.post(f"{API}/brands", {"name": "Acme"}, token=ADMIN).data
        category = service.post(f"{API}/categories", {"name": "Tools"}, token=ADMIN).data
        made = create(
            service, name="Çelik Çekiç", description="A hammer", brand_id=brand["id"], category_id=category["id"],
            metadata={"a": 1}, status="published", images=[{"url": "https://x.test/1.png", "alt_text": "front"}],
            variants=[{"sku": "HAM-1", "name": "Small"}, {"sku": "HAM-2", "name": "Large", "price": 1500}],
        )
        equal(made["slug"], "celik-cekic")
        shown = service.get(f"{API}/products/celik-cekic").data
        text = service.get(f"{API}/products/celik-cekic").body
    assert '": ' not in text and '" :' not in text and ", " not in text, text
    equal(shown["id"], made["id"])
    equal(shown["brand"]["name"], "Acme")
    equal(shown["category"]["slug"], "tools")
    equal([variant["sku"] for variant in shown["variants"]], ["HAM-1", "HAM-2"])
    equal(shown["images"][0]["is_primary"], True)
    equal(shown["rating"], {"average": 0, "count": 0})
    equal(shown["seller_id"], SELLER_ID)


@case
def bad_input_is_refused_with_the_names_of_its_fields(servers):
    bad = [
        ({"base_price": 1, "currency": "USD"}, "name"),
        (body(base_price=-1), "base_price"),
        (body(base_price=10**13), "base_price"),
        (body(currency="XXQ"), "currency"),
        (body(status="sold"), "status"),
        (body(name="x" * 501), "name"),
        (body(name="!!!"), "name"),
        (body(variants=[{"sku": "a", "name": "b"}, {"sku": "", "name": "c"}]), "variants[1].sku"),
        (body(images=[{"url": "javascript:1"}]), "images[0].url"),
    ]
    with product_service(servers) as service:
        for sent, field in bad:
            answer = service.post(f"{API}/products", sent, token=SELLER)
            refused(answer, 400, "VALIDATION_ERROR")
            assert field in answer.json["error"]["fields"], (field, answer)
        refused(service.post(f"{API}/products", body(brand_id=str(uuid.uuid4())), token=SELLER), 404, "NOT_FOUND")


@case
def one_of_fifty_equal_names_wins(servers):
    with product_service(servers) as service:
        with concurrent.futures.ThreadPoolExecutor(CONCURRENT) as pool:
            tries = [pool.submit(service.post, f"{API}/products", body(name="The same"), token=SELLER)
                     for _ in range(CONCURRENT)]
            statuses = sorted(one.result().status for one in tries)
    equal(statuses, [201] + [409] * (CONCURRENT - 1))


@case
def a_draft_is_there_for_its_seller_and_admins_only(servers):
    with product_service(servers) as service:
        draft = create(service, name="Hidden draft")
        place = f"{API}/products/{draft['id']}"
        for token, status in ((None, 404), (CUSTOMER, 404), (OTHER_SELLER, 404), (SELLER, 200), (ADMIN, 200)):
            equal(service.get(place, token=token).status, status)
            listed = names(service.get(f"{API}/products?search=hidden", token=token))
            equal(listed, ["Hidden draft"] if status == 200 else [])
        equal(names(service.get(f"{API}/products?status=draft")), [])
        equal(names(service.get(f"{API}/products?status=draft", token=SELLER)), ["Hidden draft"])


@case
def only_its_seller_or_an_admin_changes_a_product(servers):
    with product_service(servers) as service:
        place = f"{API}/products/{create(service)['id']}"
        for token, status in ((None, 401), (CUSTOMER, 403), (OTHER_SELLER, 403), (SELLER, 200), (ADMIN, 200)):
            answer = service.put(place, {"description": "new"}, token=token, headers={"X-User-Role": "admin"})
            equal(answer.status, status, repr(answer))


@case
def an_update_leaves_alone_what_is_absent_and_clears_what_is_null(servers):
    with product_service(servers) as service:
        brand = service.post(f"{API}/brands", {"name": "Acme"}, token=ADMIN).data
        made = create(service, brand_id=brand["id"], description="kept")
        place = f"{API}/products/{made['id']}"
        changed = service.put(place, {"base_price": 0}, token=SELLER).data
        equal((changed["base_price"], changed["description"], changed["brand_id"]), (0, "kept", brand["id"]))
        equal(changed["slug"], made["slug"])
        equal(service.put(place, {"brand_id": None}, token=SELLER).data["brand_id"], None)


@case
def a_published_product_never_becomes_a_draft_again(servers):
    with product_service(servers) as service:
        place = f"{API}/products/{create(service)['id']}"
        for status in ("published", "archived", "published"):
            equal(service.put(place, {"status": status}, token=SELLER).status, 200)
        refused(service.put(place, {"status": "draft"}, token=SELLER), 409, "INVALID_TRANSITION")


@case
def a_deleted_product_is_gone_and_its_name_free(servers):
    with product_service(servers) as service:
        made = create(service, name="Once only", status="published")
        equal(service.delete(f"{API}/products/{made['id']}", token=SELLER).data,
              {"id": made["id"], "status": "deleted"})
        equal(service.get(f"{API}/products/{made['id']}", token=ADMIN).status, 404)
        equal(create(service, name="Once only")["slug"], made["slug"])


@case
def variants_and_images_belong_to_their_product(servers):
    with product_service(servers) as service:
        made = create(service, status="published")
        place = f"{API}/products/{made['id']}"
        variant = service.post(f"{place}/variants", {"sku": "V-1", "name": "One"}, token=SELLER).data
        refused(service.post(f"{place}/variants", {"sku": "V-1", "name": "Two"}, token=SELLER), 409, "ALREADY_EXISTS")
        equal(service.put(f"{place}/variants/{variant['id']}", {"price": 5}, token=SELLER).data["price"], 5)
        equal(service.delete(f"{place}/variants/{variant['id']}", token=SELLER).data["is_active"], False)
        first = service.post(f"{place}/images", {"url": "https://x.test/1", "is_primary": True}, token=SELLER).data
        second = service.post(f"{place}/images", {"url": "https://x.test/2", "is_primary": True}, token=SELLER).data
        images = {image["id"]: image["is_primary"] for image in service.get(place).data["images"]}
        equal(images, {first["id"]: False, second["id"]: True})
        equal(service.delete(f"{place}/images/{second['id']}", token=SELLER).status, 200)
        other = create(service, token=OTHER_SELLER)
        equal(service.put(f"{API}/products/{other['id']}/images/{first['id']}", {}, token=OTHER_SELLER).status, 404)
        shown = service.get(place).data
    equal(shown["variants"], [])
    equal([image["id"] for image in shown["images"]], [first["id"]])


# --- lists ---


@case
def lists_filter_sort_and_page(servers):
    with product_service(servers) as service:
        parent = service.post(f"{API}/categories", {"name": "Parent"}, token=ADMIN).data
        child = service.post(f"{API}/categories", {"name": "Child", "parent_id": parent["id"]}, token=ADMIN).data
        for number in range(7):
            create(service, name=f"Item {number}", base_price=100 * number, status="published",
                   category_id=(child if number % 2 else parent)["id"])
        listing = f"{API}/products"
        equal(service.get(f"{listing}?category_id=parent").json["total_count"], 7)
        equal(service.get(f"{listing}?category={child['id']}").json["total_count"], 3)
        equal(names(service.get(f"{listing}?sort_by=price_desc&per_page=2")), ["Item 6", "Item 5"])
        equal(names(service.get(f"{listing}?sort=name_asc&page_size=2&page=2")), ["Item 2", "Item 3"])
        equal(names(service.get(f"{listing}?min_price=100&max_price=200&sort_by=price_asc")), ["Item 1", "Item 2"])
        equal(names(service.get(f"{listing}?search=ite%20%206")), ["Item 6"])
        past = service.get(f"{listing}?page=9").json
        equal((past["data"], past["total_count"], past["has_next"]), ([], 7, False))
        for query in ("min_price=5&max_price=1", "page=0", "per_page=101", "status=x", "sort_by=x", "cursor=zz"):
            refused(service.get(f"{listing}?{query}"), 400, "INVALID_PARAMETER")


@case
def walking_by_cursor_sees_each_row_once_under_inserts(servers):
    with product_service(servers) as service:
        old = {create(service, name=f"Old {number:03}", status="published")["id"] for number in range(25)}
        for sort in ("newest", "price_asc", "name_desc"):
            seen, cursor = [], ""
            while True:
                page = service.get(f"{API}/products?per_page=4&sort_by={sort}&{cursor}").json
                seen += [item["id"] for item in page["data"]]
                create(service, name=f"New {uuid.uuid4()}", status="published")
                if "next_cursor" not in page:
                    break
                cursor = f"cursor={page['next_cursor']}"
            equal(len(seen), len(set(seen)), sort)
            equal(old - set(seen), set(), sort)


@case
def one_product_answers_304_until_it_changes(servers):
    with product_service(servers) as service:
        made = create(service, status="published")
        place = f"{API}/products/{made['id']}"
        tag = service.get(place).headers["etag"]
        equal(service.get(place, headers={"If-None-Match": tag}).status, 304)
        service.put(place, {"description": "new"}, token=SELLER)
        equal(service.get(place, headers={"If-None-Match": tag}).status, 200)


# --- reviews, categories, brands, banners ---


@case
def a_user_reviews_a_product_once(servers):
    database = next(DATABASES)
    with product_service(servers, database) as service:
        made = create(service, status="published")
        place = f"{API}/products/{made['id']}/reviews"
        sql(servers, database, f"INSERT INTO purchases VALUES ('{CUSTOMER_ID}', '{made['id']}')")
        equal(service.post(place, {"rating": 5}).status, 401)
        review = service.post(place, {"rating": 4, "title": "Good"}, token=CUSTOMER).data
        equal(review["verified_purchase"], True)
        refused(service.post(place, {"rating": 1}, token=CUSTOMER), 409, "ALREADY_EXISTS")
        refused(service.post(place, {"rating": 6}, token=SELLER), 400, "VALIDATION_ERROR")
        service.post(place, {"rating": 1}, token=SELLER)
        listing = service.get(place).json
        equal(listing["summary"], {"average_rating": 2.5, "total_count": 2})
        equal(service.delete(f"{place}/{review['id']}", token=OTHER_SELLER).status, 404)
        equal(service.delete(f"{place}/{review['id']}", token=CUSTOMER).status, 200)
        equal(service.get(f"{API}/products/{made['id']}").data["rating"], {"average": 1, "count": 1})
        missing = f"{API}/products/{uuid.uuid4()}/reviews"
        refused(service.post(missing, {"rating": 1}, token=CUSTOMER), 404, "NOT_FOUND")


def tree_of(service):
    def shape(nodes):
        return {node["name"]: (node["level"], shape(node["children"])) for node in nodes}
    return shape(service.get(f"{API}/categories?tree=true").data)


@case
def categories_keep_the_shape_of_a_tree(servers):
    with product_service(servers) as service:
        ids = {}
        for name, parent in (("A", None), ("B", "A"), ("C", "B"), ("D", None)):
            sent = {"name": name, "parent_id": ids.get(parent)}
            ids[name] = service.post(f"{API}/categories", sent, token=ADMIN).data["id"]
        equal(tree_of(service), {"A": (0, {"B": (1, {"C": (2, {})})}), "D": (0, {})})
        for name, parent in (("A", "C"), ("A", "A"), ("B", "C")):
            move = service.put(f"{API}/categories/{ids[name]}", {"parent_id": ids[parent]}, token=ADMIN)
            refused(move, 409, "CONFLICT")
        service.put(f"{API}/categories/{ids['B']}", {"parent_id": ids["D"]}, token=ADMIN)
        equal(tree_of(service), {"A": (0, {}), "D": (0, {"B": (1, {"C": (2, {})})})})
        held = create(service, category_id=ids["B"])
        service.delete(f"{API}/categories/{ids['B']}", token=ADMIN)
        equal(tree_of(service), {"A": (0, {}), "D": (0, {"C": (1, {})})})
        equal(service.get(f"{API}/products/{held['id']}", token=SELLER).data["category_id"], ids["D"])


@case
def opposite_moves_of_categories_never_make_a_cycle(servers):
    with product_service(servers) as service:
        one, two = (service.post(f"{API}/categories", {"name": name}, token=ADMIN).data["id"] for name in "XY")
        moves = [(one, two), (two, one)] * 10
        with concurrent.futures.ThreadPoolExecutor(len(moves)) as pool:
            answers = list(pool.map(
                lambda move: service.put(f"{API}/categories/{move[0]}", {"parent_id": move[1]}, token=ADMIN).status,
                moves))
        equal(set(answers), {200, 409})
        assert len(tree_of(service)) == 1, tree_of(service)


@case
def a_deleted_brand_leaves_its_products(servers):
    with product_service(servers) as service:
        brand = service.post(f"{API}/brands", {"name": "Acme"}, token=ADMIN).data
        refused(service.post(f"{API}/brands", {"name": "ACME"}, token=ADMIN), 409, "ALREADY_EXISTS")
        made = create(service, brand_id=brand["id"])
        equal(service.delete(f"{API}/brands/{brand['id']}", token=ADMIN).status, 200)
        equal(service.get(f"{API}/products/{made['id']}", token=SELLER).data["brand"], None)
        equal(service.get(f"{API}/brands").data, [])


@case
def banners_show_in_their_time_only(servers):
    common = {"image_url": "https://x.test/b.png", "link_url": "/sale", "link_type": "internal",
              "position": "hero_slider"}
    with product_service(servers) as service:
        for title, times in (("now", {}), ("past", {"ends_at": "2020-01-01T00:00:00Z"}),
                             ("off", {"is_active": False}),
                             ("later", {"starts_at": "2120-01-01T02:00:00+02:00"})):
            equal(service.post(f"{API}/banners", {"title": title, **common, **times}, token=ADMIN).status, 201)
        wrong = {"title": "x", **common, "starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}
        refused(service.post(f"{API}/banners", wrong, token=ADMIN), 400, "VALIDATION_ERROR")
        titles = [banner["title"] for banner in service.get(f"{API}/banners?position=hero_slider").json["data"]]
        equal(titles, ["now"])
        equal(service.get(f"{API}/banners", token=ADMIN).json["total_count"], 4)


# --- access, events, jobs, seed ---


@case
def each_route_asks_for_the_role_it_needs(servers):
    admin_only = [("POST", "brands"), ("PUT", f"brands/{uuid.uuid4()}"), ("DELETE", f"brands/{uuid.uuid4()}"),
                  ("POST", "categories"), ("PUT", f"categories/{uuid.uuid4()}"),
                  ("DELETE", f"categories/{uuid.uuid4()}"), ("POST", "banners"), ("PUT", f"banners/{uuid.uuid4()}"),
                  ("DELETE", f"banners/{uuid.uuid4()}")]
    sellers = [("POST", "products"), ("PUT", f"products/{uuid.uuid4()}"), ("DELETE", f"products/{uuid.uuid4()}"),
               ("POST", f"products/{uuid.uuid4()}/variants"), ("POST", f"products/{uuid.uuid4()}/images")]
    with product_service(servers) as service:
        for method, path in admin_only + sellers:
            place = f"{API}/{path}"
            refused(service.request(method, place, {}), 401, "UNAUTHORIZED")
            refused(service.request(method, place, {}, token=CUSTOMER), 403, "FORBIDDEN")
            refused(service.request(method, place, {}, token=tokens.refresh(CUSTOMER_ID)), 401, "UNAUTHORIZED")
        for method, path in admin_only:
            refused(service.request(method, f"{API}/{path}", {}, token=SELLER), 403, "FORBIDDEN")


@case
def every_change_leaves_one_event_with_a_growing_version(servers):
    database = next(DATABASES)
    with product_service(servers, database) as service:
        made = create(service)
        place = f"{API}/products/{made['id']}"
        service.put(place, {"status": "published"}, token=SELLER)
        service.post(f"{place}/variants", {"sku": "E-1", "name": "One"}, token=SELLER)
        service.delete(place, token=SELLER)
        rows = sql(servers, database,
                   "SELECT topic, convert_from(payload, 'UTF8')::json->'metadata'->>'aggregate_version',"
                   " convert_from(payload, 'UTF8')::json->'data'->>'id' FROM outbox ORDER BY id")
    topics = ["created", "updated", "updated", "deleted"]
    equal(rows, [[f"ecommerce.product.{topic}", str(number + 1), made["id"]] for number, topic in enumerate(topics)])


@case
def what_a_create_answers_and_tells_is_what_is_read_then(servers):
    database = next(DATABASES)
    with product_service(servers, database) as service:
        brand = service.post(f"{API}/brands", {"name": "Acme", "logo_url": "https://x.test/a.svg"}, token=ADMIN).data
        above = service.post(f"{API}/categories", {"name": "Tools"}, token=ADMIN).data
        category = service.post(f"{API}/categories", {"name": "Hammers", "parent_id": above["id"]}, token=ADMIN).data
        images = [{"url": f"https://x.test/{place}.png", "sort_order": place % 3, "is_primary": place == 4, "alt_text": ""}
                  for place in range(6)]
        variants = [{"sku": f"R-{number}", "name": "One", "attributes": {"b": [1, {}], "a": None}, "weight_grams": number}
                    for number in range(20)]  # more than travel at once
        for refers in ({}, {"brand_id": brand["id"]}, {"category_id": category["id"]},
                       {"brand_id": brand["id"], "category_id": category["id"], "images": images, "variants": variants,
                        "metadata": {"z": 1.50, "a": [True, "ş"]}, "description": 'with "quotes" and \\'}):
            made = create(service, **refers)
            equal(service.get(f"{API}/products/{made['id']}", token=SELLER).data, made)
            [[told]] = sql(servers, database, "SELECT convert_from(payload, 'UTF8')::json->'data' FROM outbox"
                                              f" WHERE key = '{made['id']}'")
            expected = {key: value for key, value in made.items() if key not in ("images", "brand", "category", "rating")}
            expected["category_path"] = []
            if made["brand"]:
                expected["brand_name"] = "Acme"
            if made["category"]:
                expected |= {"category_name": "Hammers", "category_path": ["Tools", "Hammers"]}
            if made["images"]:
                expected["image_url"] = "https://x.test/4.png"
            equal(json.loads(told), expected)
            changed = service.put(f"{API}/products/{made['id']}", {"category_id": above["id"], "brand_id": None}, token=SELLER)
            equal(changed.data, made | {"category_id": above["id"], "brand_id": None, "brand": None,
                                        "category": {key: above[key] for key in ("id", "name", "slug")},
                                        "updated_at": changed.data["updated_at"]})
            equal(service.get(f"{API}/products/{made['id']}", token=SELLER).data, changed.data)


@case
def a_create_is_one_round_trip_and_a_refused_one_leaves_nothing(servers):
    database = next(DATABASES)
    with product_service(servers, database) as service:
        create(service, name="Once", variants=[{"sku": "O-1", "name": "One"}])
        equal(service.metric("db_query_duration_seconds_count", statement="begin"), 0)
        refused(service.post(f"{API}/products", body(name="Once"), token=SELLER), 409, "ALREADY_EXISTS")
        refused(service.post(f"{API}/products", body(variants=[{"sku": "O-1", "name": "One"}]), token=SELLER), 409,
                "ALREADY_EXISTS")
        equal(sql(servers, database, "SELECT (SELECT count(*) FROM products), (SELECT count(*) FROM outbox)"), [["1", "1"]])


@case
def the_last_event_of_a_product_names_its_category_as_it_is(servers):
    """A category that is renamed while products come into it: each of them is told with the new name at last."""
    database = next(DATABASES)
    with product_service(servers, database) as service:
        category = service.post(f"{API}/categories", {"name": "Name 0"}, token=ADMIN).data
        def place(moved_there):
            made = create(service, category_id=None if moved_there else category["id"])
            if moved_there:
                service.put(f"{API}/products/{made['id']}", {"category_id": category["id"]}, token=SELLER)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for number in range(1, 30):
                made = [pool.submit(place, number % 2) for number in range(8)]
                service.put(f"{API}/categories/{category['id']}", {"name": f"Name {number}"}, token=ADMIN)
                for one in made:
                    one.result()
        names_told = sql(servers, database, "SELECT DISTINCT name FROM (SELECT DISTINCT ON (key) convert_from(payload,"
                                            " 'UTF8')::json->'data'->>'category_name' AS name FROM outbox"
                                            " ORDER BY key, id DESC) AS last")
        equal(service.put(f"{API}/categories/{category['id']}", {"name": "Name 29"}, token=ADMIN).status, 200)
    equal(names_told, [["Name 29"]])


@case
def the_seed_may_run_again_and_again(servers):
    database = next(DATABASES)
    counts = "SELECT count(*) FROM products UNION ALL SELECT count(*) FROM product_variants UNION ALL" \
             " SELECT count(*) FROM outbox"
    seed = {"SEED_DATA": "true", "SEED_PRODUCTS": "1201"}  # more than two batches
    with product_service(servers, database, **seed) as service:
        equal(service.get(f"{API}/products").json["total_count"], 1231)
        equal(service.get(f"{API}/products/prod-00000006").status, 200)
        equal(len(service.get(f"{API}/categories").data), 5)
        equal(service.get(f"{API}/banners").json["total_count"], 3)
        before = sql(servers, database, counts)
        equal(before[2], ["30"])
        eventually(lambda: service.get(f"{API}/categories/electronics").data["product_count"] == 246,
                   what="the job counts the categories")
        service.terminate()
    sql(servers, database, "DELETE FROM products WHERE slug IN ('load-product-600', 'load-product-1201')")  # as if cut off
    with product_service(servers, database, **seed):
        equal(sql(servers, database, counts), before)


if __name__ == "__main__":
    sys.exit(run_cases("postgres"))
