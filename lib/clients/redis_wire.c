/* RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/ : commands out; replies are
 * read by hiredis. */
#include <hiredis/hiredis.h>

#include "redis_internal.h"

static void add_length(StrBuf *out, char prefix, size_t length)
{
    strbuf_add_char(out, prefix);
    strbuf_add_uint64(out, length);
    strbuf_add(out, STR("\r\n"));
}

void redis_encode(StrBuf *out, const RedisCommand *command)
{
    add_length(out, '*', command->count);
    for (size_t i = 0; i < command->count; i++) {
        add_length(out, '$', command->args[i].len);
        strbuf_add(out, command->args[i]);
        strbuf_add(out, STR("\r\n"));
    }
}

/* Recursion is bounded by hiredis' nine levels. */
void redis_copy_reply(Arena *arena, const redisReply *reply, RedisValue *ret_value)
{
    *ret_value = (RedisValue) { .kind = REDIS_NIL };
    switch (reply->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        ret_value->kind = reply->type == REDIS_REPLY_ERROR ? REDIS_ERROR : REDIS_STRING;
        ret_value->text = str_dup(arena, str_make(reply->str, reply->len));
        break;
    case REDIS_REPLY_INTEGER:
        ret_value->kind = REDIS_INTEGER;
        ret_value->integer = reply->integer;
        break;
    case REDIS_REPLY_ARRAY:
        ret_value->kind = REDIS_ARRAY;
        ret_value->count = reply->elements;
        ret_value->items = ARENA_ARRAY(arena, RedisValue, reply->elements);
        for (size_t i = 0; i < reply->elements; i++) {
            redis_copy_reply(arena, reply->element[i], &ret_value->items[i]);
        }
        break;
    default:
        break;
    }
}

void redis_free_reply(void *reply)
{
    freeReplyObject(reply);
}

int redis_fail_from(Error *err, Str what, Str answer)
{
    static const struct {
        Str prefix;
        int code;
    } meanings[] = {
        { STR_INIT("NOAUTH"), -EACCES },   { STR_INIT("WRONGPASS"), -EACCES },
        { STR_INIT("NOPERM"), -EACCES },   { STR_INIT("OOM"), -ENOMEM },
        { STR_INIT("LOADING"), -EBUSY },   { STR_INIT("BUSY "), -EBUSY },
        { STR_INIT("TRYAGAIN"), -EBUSY },  { STR_INIT("EXECABORT"), -ECANCELED },
        { STR_INIT("NOSCRIPT"), -ENOENT }, { STR_INIT("READONLY"), -EROFS },
        { STR_INIT(""), -EINVAL },
    };
    size_t i = 0;
    while (!str_has_prefix(answer, meanings[i].prefix)) {
        i++;
    }
    return error_set(
        err, meanings[i].code, "redis %" STR_FMT ": %" STR_FMT, STR_ARG(what), STR_ARG(answer)
    );
}
