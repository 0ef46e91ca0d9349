FROM debian:12.7 AS one
# want error DF013
CMD node server.js
FROM debian:12.7 AS two
# want error DF013
ENTRYPOINT ['node', 'server.js']
FROM debian:12.7 AS three
CMD exec node --port "$PORT"
FROM debian:12.7 AS four
ENTRYPOINT ["node", "server.js"]
FROM debian:12.7 AS five
# want error DF013
CMD node server.js > /log
FROM debian:12.7
ONBUILD CMD node
USER 10001
