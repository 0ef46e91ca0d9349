#include "base/text.h"
#include "codec/protobuf.h"

#include "unit.h"

static void assert_hex(Arena *arena, const StrBuf *bytes, const char *expected)
{
    StrBuf hex = STRBUF_ON_ARENA(arena);
    hex_add(&hex, bytes->ptr, bytes->len);
    assert_str(strbuf_str(&hex), expected);
}

/* The examples of the encoding guide. */
static void writes_the_examples_of_the_standard(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    proto_add_int(&out, 1, 150);
    proto_add_string(&out, 2, STR("testing"));
    size_t inner = proto_begin(&out, 3);
    proto_add_int(&out, 1, 150);
    proto_end(&out, inner);
    size_t packed = proto_begin(&out, 6);
    proto_put_varint(&out, 3);
    proto_put_varint(&out, 270);
    proto_put_varint(&out, 86942);
    proto_end(&out, packed);
    assert_hex(
        *state,
        &out,
        "089601"
        "120774657374696e67"
        "1a03089601"
        "3206038e029ea705"
    );
}

static void writes_every_kind_of_number(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    proto_add_int(&out, 1, -2);
    assert_hex(*state, &out, "08feffffffffffffffff01");
    strbuf_clear(&out);
    proto_add_sint(&out, 1, -2);
    proto_add_sint(&out, 1, INT64_MIN);
    assert_hex(
        *state,
        &out,
        "0803"
        "08ffffffffffffffffff01"
    );
    strbuf_clear(&out);
    proto_add_fixed32(&out, 1, 0x01020304);
    proto_add_fixed64(&out, 1, 0x0102030405060708);
    assert_hex(
        *state,
        &out,
        "0d04030201"
        "090807060504030201"
    );
    strbuf_clear(&out);
    proto_add_float(&out, 1, 1.5f);
    proto_add_double(&out, 16, -2);
    assert_hex(
        *state,
        &out,
        "0d0000c03f"
        "810100000000000000c0"
    );
}

/* Lengths of one, two and three bytes, two levels deep. */
static void patches_lengths_of_any_size(void **state)
{
    static const size_t sizes[] = { 0, 1, 123, 124, 127, 128, 16380, 16384, 70000 };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        StrBuf out = STRBUF_ON_ARENA(*state);
        size_t outer = proto_begin(&out, 1);
        size_t inner = proto_begin(&out, 2);
        strbuf_add_repeat(&out, 'x', sizes[i]);
        proto_end(&out, inner);
        proto_add_uint(&out, 3, 7);
        proto_end(&out, outer);
        proto_add_uint(&out, 4, 8);

        ProtoReader r = proto_reader(strbuf_str(&out));
        ProtoField field;
        assert_true(proto_next(&r, &field));
        ProtoReader nested = proto_reader(field.bytes);
        assert_true(proto_next(&nested, &field));
        assert_int_equal(field.bytes.len, sizes[i]);
        assert_true(sizes[i] == 0 || field.bytes.ptr[sizes[i] - 1] == 'x');
        assert_true(proto_next(&nested, &field));
        assert_int_equal(field.value, 7);
        assert_false(proto_next(&nested, &field));
        assert_true(proto_next(&r, &field));
        assert_int_equal(field.value, 8);
        assert_false(proto_next(&r, &field) || r.is_malformed || nested.is_malformed);
    }
}

static void reads_back_what_it_wrote(void **state)
{
    static const int64_t values[] = { 0, 1, -1, 127, 128, -64, INT32_MIN, INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        StrBuf out = STRBUF_ON_ARENA(*state);
        proto_add_int(&out, 1, values[i]);
        proto_add_sint(&out, PROTO_FIELD_MAX, values[i]);
        proto_add_double(&out, 3, (double) values[i]);
        proto_add_float(&out, 4, (float) values[i]);
        ProtoReader r = proto_reader(strbuf_str(&out));
        ProtoField field;
        assert_true(proto_next(&r, &field) && proto_key(&field) == PROTO_KEY(1, PROTO_VARINT));
        assert_true(proto_as_int(field.value) == values[i]);
        assert_true(proto_next(&r, &field) && field.number == PROTO_FIELD_MAX);
        assert_true(proto_as_sint(field.value) == values[i]);
        assert_true(proto_next(&r, &field) && proto_key(&field) == PROTO_KEY(3, PROTO_FIXED64));
        assert_true(proto_as_double(field.value) == (double) values[i]);
        assert_true(proto_next(&r, &field) && proto_key(&field) == PROTO_KEY(4, PROTO_FIXED32));
        assert_true(proto_as_float(field.value) == (float) values[i]);
        assert_false(proto_next(&r, &field) || r.is_malformed);
    }
}

static void reads_packed_numbers(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    proto_put_fixed64(&out, 5);
    proto_put_double(&out, 0.5);
    ProtoReader r = proto_reader(strbuf_str(&out));
    uint64_t value = 0;
    assert_true(proto_next_fixed64(&r, &value) && value == 5);
    assert_true(proto_next_fixed64(&r, &value) && proto_as_double(value) == 0.5);
    assert_false(proto_next_fixed64(&r, &value) || r.is_malformed);
    r = proto_reader(str_slice(strbuf_str(&out), 0, 6));
    uint32_t word = 0;
    assert_true(proto_next_fixed32(&r, &word) && word == 5);
    assert_false(proto_next_fixed32(&r, &word));
    assert_true(r.is_malformed);
}

static void refuses_malformed_messages(void **state)
{
    (void) state;
    const Str messages[] = {
        STR("\x80"),                                             /* a key that is cut */
        STR("\x08"),                                             /* no value */
        STR("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* eleven bytes */
        STR("\x12\x05"
            "abc"),                                          /* a length past the end */
        STR("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* one that would wrap */
        STR("\x09\x01\x02"),                                 /* a fixed64 that is cut */
        STR("\x0d\x01"),                                     /* a fixed32 that is cut */
        STR("\x0b\x0c"),                                     /* a group */
        STR("\x00\x01"),                                     /* field 0 */
        STR("\x0f"),                                         /* wire type 7 */
        STR("\x88\x80\x80\x80\x80\x01\x01"),                 /* a field past 2^29 */
    };
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        ProtoReader r = proto_reader(messages[i]);
        ProtoField field;
        while (proto_next(&r, &field)) {
        }
        if (!r.is_malformed || r.at != r.end) {
            fail_msg("message %zu was not refused", i);
        }
    }
}

static void an_empty_message_has_no_fields(void **state)
{
    (void) state;
    ProtoReader r = proto_reader((Str) { 0 });
    ProtoField field;
    assert_false(proto_next(&r, &field) || r.is_malformed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(writes_the_examples_of_the_standard),
        arena_test(writes_every_kind_of_number),
        arena_test(patches_lengths_of_any_size),
        arena_test(reads_back_what_it_wrote),
        arena_test(reads_packed_numbers),
        arena_test(refuses_malformed_messages),
        arena_test(an_empty_message_has_no_fields),
    };
    return cmocka_run_group_tests_name("protobuf", tests, NULL, NULL);
}
