# The server and nothing else: what the browser runs is bundled here, so that a container has no need of esbuild,
# of the network's registries or of a place to write outside /data.
FROM denoland/deno:2.9.6 AS build
WORKDIR /app
# Dependencies come before the code: a change of code does not fetch them again.
COPY deno.json deno.lock ./
RUN deno install --frozen
COPY . .
RUN deno task build \
  # Compiles every module that can be loaded at run time: routes and the Workers are found by name, not by import.
  && find main.ts commands/start.ts commands/engine/worker.ts sinks/snowflake/driver/worker.ts routes -name '*.ts*' ! -name '*_test.ts*' -print0 \
  | xargs -0 deno cache --frozen

FROM denoland/deno:2.9.6
WORKDIR /app
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app /app
# A named volume takes over the owner of the folder it is mounted on.
RUN mkdir /data && chown deno:deno /data
VOLUME /data
USER deno
ENV HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
EXPOSE 8000
# Deno itself asks, since the image has no curl. 40 s: the first start makes the topics.
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s \
  CMD ["deno", "run", "--allow-net=127.0.0.1", "--allow-env=PORT", "data:text/javascript,if(!(await(fetch(`http://127.0.0.1:${Deno.env.get('PORT')}/healthz`))).ok)Deno.exit(1)"]
# The flags of the task `start`, except that what may be written is known here: /data alone.
ENTRYPOINT ["deno", "run", "--cached-only", "--frozen", \
  "--v8-flags=--min-semi-space-size=32,--max-semi-space-size=32", \
  "--allow-net", \
  "--allow-read", \
  "--allow-write=/data", \
  "--ignore-env", \
  "--allow-env=HOST,PORT,DATA_DIR,PARTITIONS,WINDOW_*,SLIDE_*,LATENESS_*,SESSION_*,RETENTION_*,INGEST_*,MAX_PAST_*,TLS_*,PUBLIC_*,TRUSTED_*,KAFKA_*,SNOWFLAKE_*,MQTT_*", \
  "--allow-sys=networkInterfaces,hostname,osRelease,homedir,statfs", \
  "main.ts", "start"]
