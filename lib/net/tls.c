#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/mem.h"
#include "loop/fiber.h"

#include "tls_internal.h"

enum {
    RECORD_BYTES = 16 * 1024, /* RFC 8446 section 5.1 */
    ALPN_BYTES = 64,
};

struct TlsContext {
    SSL_CTX *ssl;
    bool server;
    bool insecure;
    unsigned char alpn[ALPN_BYTES]; /* wire form */
    unsigned alpn_len;
};

struct Tls {
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    Stream *stream;
};

static int fail(Error *err, int code, const char *doing)
{
    char reason[256];
    unsigned long error = ERR_get_error();
    ERR_error_string_n(error, reason, sizeof(reason));
    ERR_clear_error();
    return error_set(err, code, "%s: %s", doing, error ? reason : error_name(code));
}

/* ---- contexts ---- */

static BIO *bio_of(Str pem)
{
    return BIO_new_mem_buf(pem.ptr, (int) pem.len);
}

static int add_authorities(SSL_CTX *ssl, Str pem)
{
    if (pem.len == 0) {
        return SSL_CTX_set_default_verify_paths(ssl) == 1 ? 0 : -EINVAL;
    }
    BIO *bio = bio_of(pem);
    X509_STORE *store = SSL_CTX_get_cert_store(ssl);
    int added = 0;
    for (X509 *one; (one = PEM_read_bio_X509(bio, NULL, NULL, NULL)); X509_free(one)) {
        added += X509_STORE_add_cert(store, one);
    }
    BIO_free(bio);
    ERR_clear_error(); /* the last read ends in "no start line" */
    return added ? 0 : -EINVAL;
}

static int use_certificate(SSL_CTX *ssl, Str pem)
{
    BIO *bio = bio_of(pem);
    X509 *leaf = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
    int rc = leaf && SSL_CTX_use_certificate(ssl, leaf) == 1 ? 0 : -EINVAL;
    X509_free(leaf);
    for (X509 *next; rc == 0 && (next = PEM_read_bio_X509(bio, NULL, NULL, NULL));
         X509_free(next)) {
        rc = SSL_CTX_add1_chain_cert(ssl, next) == 1 ? 0 : -EINVAL;
    }
    BIO_free(bio);
    if (rc == 0) {
        ERR_clear_error();
    }
    return rc;
}

static int use_key(SSL_CTX *ssl, Str pem)
{
    BIO *bio = bio_of(pem);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    int rc = key && SSL_CTX_use_PrivateKey(ssl, key) == 1 ? 0 : -EINVAL;
    EVP_PKEY_free(key);
    BIO_free(bio);
    return rc;
}

/* "h2,http/1.1" -> each name behind its length (RFC 7301 section 3.1). */
static int set_alpn(TlsContext *context, const char *names)
{
    Str rest = str_from(names), name;
    while (str_next(&rest, ',', &name)) {
        if (name.len == 0 || context->alpn_len + 1 + name.len > ALPN_BYTES) {
            return -EINVAL;
        }
        context->alpn[context->alpn_len++] = (unsigned char) name.len;
        memcpy(context->alpn + context->alpn_len, name.ptr, name.len);
        context->alpn_len += (unsigned) name.len;
    }
    return 0;
}

static int select_alpn(
    SSL *ssl,
    const unsigned char **out,
    unsigned char *out_len,
    const unsigned char *in,
    unsigned in_len,
    void *arg
)
{
    (void) ssl;
    TlsContext *context = arg;
    unsigned char *chosen;
    int rc = SSL_select_next_proto(&chosen, out_len, context->alpn, context->alpn_len, in, in_len);
    *out = chosen;
    return rc == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

static int configure(TlsContext *context, const TlsOptions *options, Error *err)
{
    SSL_CTX *ssl = context->ssl;
    SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    bool verify = options->server ? options->require_client_certificate : !options->insecure;
    int demand =
        options->server ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER;
    SSL_CTX_set_verify(ssl, verify ? demand : SSL_VERIFY_NONE, NULL);
    if (verify && add_authorities(ssl, options->ca_pem) < 0) {
        return fail(err, -EINVAL, "load the trusted authorities");
    }
    if (options->certificate_pem.len && use_certificate(ssl, options->certificate_pem) < 0) {
        return fail(err, -EINVAL, "load the certificate");
    }
    if (options->key_pem.len && use_key(ssl, options->key_pem) < 0) {
        return fail(err, -EINVAL, "load the key");
    }
    if (options->alpn && set_alpn(context, options->alpn) < 0) {
        return error_set(err, -EINVAL, "the ALPN names '%s' are malformed", options->alpn);
    }
    if (context->alpn_len && options->server) {
        SSL_CTX_set_alpn_select_cb(ssl, select_alpn, context);
    } else if (context->alpn_len) {
        SSL_CTX_set_alpn_protos(ssl, context->alpn, context->alpn_len);
    }
    return 0;
}

int tls_context_new(const TlsOptions *options, TlsContext **ret_context, Error *err)
{
    TlsContext *context = MEM_NEW(TlsContext);
    context->server = options->server;
    context->insecure = options->insecure;
    context->ssl = SSL_CTX_new(options->server ? TLS_server_method() : TLS_client_method());
    int rc = context->ssl ? configure(context, options, err) : fail(err, -ENOMEM, "set up TLS");
    if (rc < 0) {
        tls_context_free(context);
        return rc;
    }
    *ret_context = context;
    return 0;
}

void tls_context_free(TlsContext *context)
{
    if (context) {
        SSL_CTX_free(context->ssl);
        free(context);
    }
}

/* ---- bytes in, bytes out ---- */

/* What OpenSSL wants sent goes out in order: the queueing never parks. */
static int flush(Tls *tls)
{
    char *data;
    long size = BIO_get_mem_data(tls->out, &data);
    if (size <= 0) {
        return 0;
    }
    int rc = stream_send(tls->stream, str_make(data, (size_t) size));
    (void) BIO_reset(tls->out);
    return rc;
}

int tls_feed(Tls *tls, Str data)
{
    return BIO_write(tls->in, data.ptr, (int) data.len) == (int) data.len ? 0 : -ENOMEM;
}

ssize_t tls_take(Tls *tls, void *buffer, size_t size)
{
    ERR_clear_error();
    int count = SSL_read(tls->ssl, buffer, size > INT32_MAX ? INT32_MAX : (int) size);
    int error = count > 0 ? SSL_ERROR_NONE : SSL_get_error(tls->ssl, count);
    int rc = flush(tls);
    if (rc < 0) {
        return rc;
    }
    switch (error) {
    case SSL_ERROR_NONE:
        return count;
    case SSL_ERROR_WANT_READ:
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        ERR_clear_error();
        return -EPROTO;
    }
}

int tls_send(Tls *tls, Str data)
{
    while (data.len) {
        Str piece = str_slice(data, 0, RECORD_BYTES);
        ERR_clear_error();
        if (SSL_write(tls->ssl, piece.ptr, (int) piece.len) != (int) piece.len) {
            ERR_clear_error();
            return -EPROTO;
        }
        data = str_skip(data, piece.len);
    }
    return flush(tls);
}

/* ---- fibers ---- */

/* Parks for bytes of the stream and feeds them; 0 at its end. */
static ssize_t fill(Tls *tls)
{
    char buffer[RECORD_BYTES / 2];
    ssize_t size = stream_read(tls->stream, buffer, sizeof(buffer));
    if (size <= 0) {
        return size;
    }
    int rc = tls_feed(tls, str_make(buffer, (size_t) size));
    return rc < 0 ? rc : size;
}

ssize_t tls_read(Tls *tls, void *buffer, size_t size)
{
    for (;;) {
        ssize_t count = tls_take(tls, buffer, size);
        if (count != -EAGAIN) {
            return count;
        }
        ssize_t came = fill(tls);
        if (came <= 0) {
            return came < 0 ? came : -EPROTO;
        }
    }
}

int tls_write(Tls *tls, Str data)
{
    while (data.len) {
        int rc = stream_write(tls->stream, STR("")); /* parks until there is room */
        if (rc == 0) {
            rc = tls_send(tls, str_slice(data, 0, RECORD_BYTES));
        }
        if (rc < 0) {
            return rc;
        }
        data = str_skip(data, RECORD_BYTES);
    }
    return stream_write(tls->stream, STR(""));
}

static void free_tls(Tls *tls)
{
    SSL_free(tls->ssl);
    free(tls);
}

static Tls *make(TlsContext *context, Stream *stream)
{
    Tls *tls = MEM_NEW(Tls);
    tls->ssl = SSL_new(context->ssl);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    tls->stream = stream;
    if (!tls->ssl || !tls->in || !tls->out) {
        mem_out_of_memory(sizeof(*tls));
    }
    BIO_set_mem_eof_return(tls->in, -1);
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    return tls;
}

/* RFC 6066 section 3: an address is no server name, but it is verified as well. */
static int set_peer_name(Tls *tls, const TlsContext *context, const char *host)
{
    struct in6_addr address;
    bool is_address =
        inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
    /* what the macro SSL_set_tlsext_host_name expands to, which drops the const by itself */
    void *name = (void *) (uintptr_t) host;
    long set =
        is_address
            ? 1
            : SSL_ctrl(tls->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name);
    if (set != 1) {
        return -EINVAL;
    }
    if (context->insecure) {
        return 0;
    }
    if (is_address) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls->ssl), host) == 1 ? 0 : -EINVAL;
    }
    return SSL_set1_host(tls->ssl, host) == 1 ? 0 : -EINVAL;
}

static int handshake_failed(Tls *tls, int code, Error *err)
{
    long verified = SSL_get_verify_result(tls->ssl);
    if (verified != X509_V_OK) {
        ERR_clear_error();
        return error_set(
            err,
            -EACCES,
            "the peer's certificate is not trusted: %s",
            X509_verify_cert_error_string(verified)
        );
    }
    return fail(err, code, "TLS handshake");
}

static int handshake(Tls *tls, Error *err)
{
    for (;;) {
        ERR_clear_error();
        int done = SSL_do_handshake(tls->ssl);
        int error = SSL_get_error(tls->ssl, done);
        int rc = flush(tls);
        if (done == 1) {
            return rc < 0 ? error_errno(err, rc, "TLS handshake") : 0;
        }
        if (error != SSL_ERROR_WANT_READ) {
            return handshake_failed(tls, -EPROTO, err);
        }
        ssize_t came = fill(tls);
        if (came <= 0) {
            return error_errno(err, came < 0 ? (int) came : -ECONNRESET, "TLS handshake");
        }
    }
}

static int start(Tls *tls, Deadline deadline, Tls **ret_tls, Error *err)
{
    Deadline former = fiber_narrow_deadline(deadline);
    int rc = handshake(tls, err);
    fiber_restore_deadline(former);
    if (rc < 0) {
        free_tls(tls);
        return rc;
    }
    *ret_tls = tls;
    return 0;
}

int tls_connect(
    TlsContext *context,
    Stream *stream,
    const char *host,
    Deadline deadline,
    Tls **ret_tls,
    Error *err
)
{
    Tls *tls = make(context, stream);
    SSL_set_connect_state(tls->ssl);
    if (set_peer_name(tls, context, host) < 0) {
        free_tls(tls);
        return fail(err, -EINVAL, "set the peer's name");
    }
    return start(tls, deadline, ret_tls, err);
}

int tls_accept(TlsContext *context, Stream *stream, Deadline deadline, Tls **ret_tls, Error *err)
{
    Tls *tls = make(context, stream);
    SSL_set_accept_state(tls->ssl);
    return start(tls, deadline, ret_tls, err);
}

Str tls_protocol(const Tls *tls)
{
    const unsigned char *name;
    unsigned len;
    SSL_get0_alpn_selected(tls->ssl, &name, &len);
    return str_make((const char *) name, len);
}

void tls_close(Tls *tls)
{
    enum { PEER_CLOSES_MS = 1000 };
    if (!tls) {
        return;
    }
    if (!stream_is_closing(tls->stream)) {
        SSL_shutdown(tls->ssl);
        flush(tls);
    }
    ERR_clear_error();
    stream_close_flushed(tls->stream, PEER_CLOSES_MS);
    free_tls(tls);
}
